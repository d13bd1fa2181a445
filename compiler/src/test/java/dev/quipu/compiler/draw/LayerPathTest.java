package dev.quipu.compiler.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerPathTest {
    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "norm, norm",
        "layers.3, layers.3",
        "layers.3.attention.wq, layers.3/attention/wq",
        "a.1.2.b, a.1.2/b",
        "0.norm, 0/norm"
    })
    void indicesBelongToTheirLists(String layer, String segments) {
        List<String> expected = segments.isEmpty() ? List.of() : Arrays.asList(segments.split("/", -1));
        assertEquals(expected, LayerPath.of(layer).segments());
        assertEquals(layer, LayerPath.of(layer).toString());
    }
}
