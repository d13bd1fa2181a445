package dev.quipu.dsl.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Initial;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.layer.Lora;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdaptersTest {
    private static final Dim IN = new Dim("channel", 6);
    private static final Dim OUT = new Dim("hidden", 10);

    private record Pair(Layer first, Layer second) implements Layer {
        @Override
        public Tensor forward(Tensor input) {
            return second.apply(first.apply(input));
        }
    }

    private record Stack(List<Pair> layers, Layer output) implements Layer {
        @Override
        public Tensor forward(Tensor input) {
            return output.apply(layers.getFirst().apply(input));
        }
    }

    private static Stack stack() {
        Pair pair = new Pair(Linear.of(IN, OUT, 0.1), Linear.withBias(OUT, IN, 0.1));
        return new Stack(List.of(pair), Linear.of(IN, OUT, 0.1));
    }

    private static List<Glob> globs(String... patterns) {
        return List.of(patterns).stream().map(Glob::new).toList();
    }

    @Test
    void adaptersAreAllThatIsTrainedAndNamesStay() {
        Stack stack = stack();
        Stack adapted = Adapters.add(stack, Adapters.USUAL_TARGETS, 2, 8);
        assertEquals(
                List.of("layers.0.first", "layers.0.second"),
                List.copyOf(Adapters.of(adapted).keySet()));
        Map<String, Parameter> parameters = Trace.parameters(adapted);
        assertEquals(
                List.of(
                        "layers.0.first.weight",
                        "layers.0.first.loraDown",
                        "layers.0.first.loraUp",
                        "layers.0.second.weight",
                        "layers.0.second.bias",
                        "layers.0.second.loraDown",
                        "layers.0.second.loraUp",
                        "output.weight"),
                List.copyOf(parameters.keySet()));
        parameters.forEach((name, parameter) -> assertEquals(name.contains("lora"), parameter.trainable(), name));
        assertEquals(
                Trace.parameters(stack).keySet(),
                Trace.parameters(Adapters.remove(adapted)).keySet());
        assertEquals(Map.of(), Adapters.of(Adapters.remove(adapted)));
    }

    @Test
    void factorsBeginWithNoCorrection() {
        Lora lora = Lora.of(Linear.of(IN, OUT, 0.1), 3, 6);
        assertEquals("[rank=3, channel=6]", lora.loraDown().shape().toString());
        assertEquals("[hidden=10, rank=3]", lora.loraUp().shape().toString());
        assertEquals(new Initial.Constant(0), lora.loraUp().initial());
        assertEquals(new Initial.Normal(1 / Math.sqrt(6)), lora.loraDown().initial());
        assertEquals(2, lora.scale());
    }

    /** The frozen weight is one instance in the adapter and in whatever else the model does with its layer. */
    @Test
    void adaptersGoWhereTheyAreToldTo() {
        Stack stack = stack();
        Lora lora = Lora.of(Linear.of(IN, OUT, 0.1), 1, 1);
        Stack adapted = Adapters.put(stack, Map.of("output", lora));
        Lora found = (Lora) adapted.output();
        assertSame(lora.loraDown(), found.loraDown());
        assertSame(found.weight(), Trace.parameters(adapted).get("output.weight"));
    }

    @Test
    void whatCannotBeAdaptedIsRefused() {
        Stack stack = stack();
        assertRefused("expected linear layers to adapt, found '*.frist'; did you mean *.first", stack, 1, 1, "*.frist");
        assertRefused(
                "LoRA: expected a rank from 1 to 6, the least size of [hidden=10, channel=6], found 7",
                stack,
                7,
                1,
                "*");
        assertRefused("LoRA: expected a rank from 1 to 6", stack, 0, 1, "*");
        assertRefused("LoRA: expected an alpha above 0, found 0.0", stack, 1, 0, "*");
        assertRefused(
                "LoRA: expected a model without adapters, found adapters of output",
                Adapters.add(stack, globs("output"), 1, 1),
                1,
                1,
                "*.first");
        Linear output = (Linear) stack.output();
        Stack tied = new Stack(
                List.of(new Pair(new Linear(output.weight(), null), output)),
                stack.layers().getFirst().second());
        assertRefused(
                "layers.0.first: expected linear layers with weights of their own, found one that shares its weight;"
                        + " leave it out",
                tied,
                1,
                1,
                "*.first");
    }

    private static void assertRefused(String start, Stack model, int rank, double alpha, String target) {
        String message = assertThrows(QuipuException.class, () -> Adapters.add(model, globs(target), rank, alpha))
                .getMessage();
        assertTrue(message.startsWith(start), message);
    }
}
