package dev.quipu.runtime.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.tornado.PlannedLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Equal layers that share an array. */
class RepeatedNamesTest {
    private static Map<String, Type> layers(int count, int elements) {
        Map<String, Type> types = new LinkedHashMap<>();
        IntStream.range(0, count)
                .forEach(layer -> types.put("layers." + layer + ".w", Type.f32(new Dim("channel", elements))));
        return types;
    }

    @ParameterizedTest
    @CsvSource({"5, 1000, 5", "5, 900000000, 2 2 1", "3, 1500000000, 1 1 1", "2, 1073741804, 1 1", "2, 1073741700, 2"})
    void arraysAreNoLongerThanAnIntCanNumber(int count, int elements, String expected) {
        List<String> sizes = RepeatedNames.runs(layers(count, elements)).stream()
                .map(run -> "" + run.names().size())
                .toList();
        assertEquals(expected, String.join(" ", sizes));
    }

    @Test
    void eachArrayHasANameOfItsOwn() {
        PlannedLayout layout = new PlannedLayout(layers(5, 900_000_000));
        assertEquals(
                List.of("layers.*.w", "layers.*.w", "layers.*.w.2", "layers.*.w.2", "layers.4.w"),
                IntStream.range(0, 5)
                        .mapToObj(layer -> layout.of("layers." + layer + ".w").array())
                        .toList());
    }
}
