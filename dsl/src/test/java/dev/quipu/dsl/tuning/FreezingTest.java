package dev.quipu.dsl.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.layer.LayerNorm;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FreezingTest {
    private static final LayerNorm MODEL = LayerNorm.of(new Dim("channel", 4), 1e-5f);

    private static String trained(String... patterns) {
        List<Glob> globs = Arrays.stream(patterns).map(Glob::new).toList();
        Map<String, Parameter> parameters = Trace.parameters(Freezing.matching(MODEL, globs));
        assertEquals(Trace.parameters(MODEL).keySet(), parameters.keySet());
        return parameters.keySet().stream()
                .filter(name -> parameters.get(name).trainable())
                .collect(Collectors.joining(" "));
    }

    @Test
    void whatMatchesIsFrozen() {
        assertEquals("weight bias", trained());
        assertEquals("weight", trained("b*"));
        assertEquals("bias", trained("weight"));
    }

    @Test
    void aPatternThatMatchesNothingIsRefused() {
        assertEquals(
                "expected parameters to freeze, found 'wieght'; did you mean weight?",
                assertThrows(QuipuException.class, () -> trained("bias", "wieght"))
                        .getMessage());
    }

    @Test
    void nothingLeftToTrainIsRefused() {
        assertEquals(
                "frozen parameters: expected something left to train, found all 2 parameters frozen",
                assertThrows(QuipuException.class, () -> trained("bias", "*t")).getMessage());
    }
}
