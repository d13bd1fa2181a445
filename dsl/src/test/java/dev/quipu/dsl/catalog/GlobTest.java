package dev.quipu.dsl.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    private static final List<String> NAMES = List.of(
            "embedding.weight",
            "layers.0.attention.wq.weight",
            "layers.1.attention.wq.weight",
            "layers.0.norm.weight",
            "layers.1.norm.weight",
            "layers.10.norm.weight");

    @ParameterizedTest
    @CsvSource(textBlock = """
        *                  , 6
        embedding.weight   , 1
        layers.*.weight    , 5
        layers.?.norm.*    , 2
        *.norm.weight      , 3
        *wq*               , 2
        layers.1.*         , 2
        """)
    void starsStandForAnythingAndQuestionMarksForOneCharacter(String text, int count) {
        assertEquals(count, new Glob(text).select(NAMES, "names").size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        *.nrom.weight       | did you mean *.norm.weight or *.wq.weight
        layer.*.norm.weight | did you mean layers.*.norm.weight
        embeding.weight     | did you mean embedding.weight
        .*                  | known are embedding.weight, layers.*.attention.wq.weight, layers.*.norm.weight
        Embedding           | known are embedding.weight, layers.*.attention.wq.weight, layers.*.norm.weight
        """)
    void whatMatchesNothingIsRefusedWithTheNearestPatterns(String text, String remedy) {
        String message = assertThrows(QuipuException.class, () -> new Glob(text).select(NAMES, "names"))
                .getMessage();
        assertTrue(message.startsWith("expected names, found '" + text + "'; " + remedy), message);
    }

    @Test
    void nothingIsNoPattern() {
        assertThrows(QuipuException.class, () -> new Glob(" "));
    }
}
