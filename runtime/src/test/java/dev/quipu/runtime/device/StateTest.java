package dev.quipu.runtime.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateTest {
    private static final Dim CHANNEL = new Dim("channel", 37);

    private static Type type(int rows) {
        return Type.f32(new Dim("row", rows), CHANNEL);
    }

    @Test
    void buffersOfRepeatedLayersLieAtEqualStrides() {
        Map<String, Type> types = new LinkedHashMap<>();
        for (int layer = 0; layer < 3; layer++) {
            types.put("layers." + layer + ".w", type(5));
            types.put("layers." + layer + ".norm", Type.f32(CHANNEL));
            types.put("adam.m.layers." + layer + ".w", type(5));
        }
        types.put("embedding", type(11));
        try (State state = new State()) {
            state.allocate(types);
            for (String family : List.of("layers.%d.w", "layers.%d.norm", "adam.m.layers.%d.w")) {
                Buffer first = state.get(family.formatted(0));
                long stride = Buffer.allocatedBytes(first.type(), first.length());
                for (int layer = 1; layer < 3; layer++) {
                    long address = state.get(family.formatted(layer)).segment().address();
                    assertEquals(first.segment().address() + layer * stride, address, family);
                }
            }
            for (String name : types.keySet()) {
                Buffer buffer = state.get(name);
                assertEquals(0, buffer.segment().address() % 64, name);
                assertTrue(buffer.segment().byteSize() >= buffer.byteSize() + 64, name);
                assertEquals(types.get(name).shape().elements(), buffer.length());
            }
        }
    }

    @Test
    void buffersDoNotOverlapAndAreZero() {
        Map<String, Type> types = new LinkedHashMap<>();
        List.of("layers.0.w", "layers.1.w", "layers.3.w", "layers.x.w", "w", "layers.10.w")
                .forEach(name -> types.put(name, type(3)));
        types.put("layers.2.w", type(4)); // another shape: no part of the run
        try (State state = new State()) {
            state.allocate(types);
            float number = 0;
            for (String name : state.names()) {
                Buffer buffer = state.get(name);
                for (int i = 0; i < buffer.length(); i++) {
                    assertEquals(0, buffer.getFloat(i), name);
                    buffer.setFloat(i, number);
                }
                number++;
            }
            number = 0;
            for (String name : state.names()) {
                assertEquals(number, state.get(name).getFloat(0), name);
                assertEquals(number, state.get(name).getFloat(state.get(name).length() - 1), name);
                number++;
            }
            assertEquals(types.keySet(), state.names());
        }
    }

    @Test
    void whatIsThereStays() {
        try (State state = new State()) {
            state.allocate(Map.of("a", type(2)));
            state.get("a").setFloat(3, 5);
            long bytes = state.bytes();
            state.allocate(Map.of("a", type(2), "b", type(2)));
            assertEquals(5, state.get("a").getFloat(3));
            assertEquals(2 * bytes, state.bytes());
            state.clear(List.of("a"));
            assertEquals(0, state.get("a").getFloat(3));
            assertFalse(state.contains("c"));
        }
    }

    @Test
    void anotherShapeOrNameIsRefused() {
        try (State state = new State()) {
            state.allocate(Map.of("weight", type(2)));
            QuipuException shape = assertThrows(QuipuException.class, () -> state.allocate(Map.of("weight", type(3))));
            assertTrue(shape.getMessage().startsWith("state weight: expected f32[row=3, channel=37], found f32[row=2"));
            QuipuException name = assertThrows(QuipuException.class, () -> state.get("weigth"));
            assertTrue(name.getMessage().contains("did you mean weight?"), name.getMessage());
        }
    }

    @Test
    void firstValuesDependOnSeedAndNameAlone() {
        Parameter normal = Parameter.normal(0.02, new Dim("row", 700), new Dim("channel", 200));
        Parameter ones = Parameter.ones(CHANNEL);
        try (State one = new State();
                State two = new State()) {
            one.initialise(Map.of("a", normal, "b", normal, "norm", ones), 1);
            two.initialise(Map.of("norm", ones), 1);
            two.initialise(Map.of("b", normal), 1);
            two.initialise(Map.of("a", normal), 2);
            float[] a = one.get("a").toFloats();
            float[] b = one.get("b").toFloats();
            assertArrayEquals(b, two.get("b").toFloats());
            assertTrue(different(a, b), "other names have other values");
            assertTrue(different(a, two.get("a").toFloats()), "other seeds have other values");
            assertEquals(1, one.get("norm").getFloat(36));
            checkNormal(a, 0.02);
        }
    }

    private static boolean different(float[] left, float[] right) {
        int equal = 0;
        for (int i = 0; i < left.length; i++) {
            equal += left[i] == right[i] ? 1 : 0;
        }
        return equal < left.length / 100;
    }

    /** Mean, deviation and tails within five standard errors of a normal distribution's. */
    private static void checkNormal(float[] values, double deviation) {
        double sum = 0;
        double squares = 0;
        int outside = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
            outside += Math.abs(value) > 2 * deviation ? 1 : 0;
        }
        double n = values.length;
        assertEquals(0, sum / n, 5 * deviation / Math.sqrt(n));
        assertEquals(deviation, Math.sqrt(squares / n), 5 * deviation / Math.sqrt(2 * n));
        assertEquals(0.0455, outside / n, 5 * Math.sqrt(0.0455 / n));
    }
}
