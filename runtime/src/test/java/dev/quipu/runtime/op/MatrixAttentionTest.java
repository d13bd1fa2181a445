package dev.quipu.runtime.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.reference.Array;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention of bf16 on matrix units, by the emulator: nothing is wrong with the kernels, and they are near the reference. */
class MatrixAttentionTest extends OnMatrixUnits {
    static Stream<MatrixAttentionCase> cases() {
        return Stream.of(
                new MatrixAttentionCase(1, 1, 1, 1, 16, 0, 0),
                new MatrixAttentionCase(2, 7, 2, 1, 16, 0, 0),
                new MatrixAttentionCase(1, 16, 1, 1, 32, 0, 0),
                new MatrixAttentionCase(1, 37, 4, 2, 48, 0, 0),
                new MatrixAttentionCase(1, 64, 2, 1, 64, 0, 0),
                new MatrixAttentionCase(2, 130, 2, 1, 64, 0, 0),
                new MatrixAttentionCase(1, 130, 1, 1, 128, 0, 0),
                new MatrixAttentionCase(1, 130, 2, 2, 64, 33, 0),
                new MatrixAttentionCase(1, 130, 2, 1, 16, 5, 0),
                new MatrixAttentionCase(1, 70, 2, 1, 16, 0, 20),
                new MatrixAttentionCase(1, 70, 1, 1, 224, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isNearTheReference(MatrixAttentionCase size) {
        Example example = size.forward();
        Example.Outcome expected = example.interpret();
        Example.Outcome found = DeviceRun.of(example, device, 1).getFirst();
        assertEquals(
                "",
                Accuracy.OF_SUMS.complaint(
                        expected.results().get("1"), found.results().get("1")));
        Array output = expected.results().get("0");
        Array bounds = absolute(example).interpret().results().get("0");
        for (int i = 0; i < output.size(); i++) {
            double bound = ROUNDING * bounds.get(i) + 1e-5;
            assertEquals(output.get(i), found.results().get("0").get(i), bound, "element " + i);
        }
    }

    /** The same with the values' absolute values: outputs are the weights' errors at most times these. */
    private static Example absolute(Example example) {
        Map<String, Array> inputs = new LinkedHashMap<>(example.inputs());
        inputs.computeIfPresent("v", (name, v) -> Array.of(v.type(), place -> Math.abs(v.get(place))));
        return new Example(example.graph(), inputs, Map.of());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void usesMatrixUnitsWhereTheyAre(MatrixAttentionCase size) {
        assertUsesThem(size.forward());
    }
}
