package dev.quipu.runtime.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.reference.Array;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of attention of bf16 on matrix units, by the emulator: nothing is wrong with the kernels, and they are near the reference. */
class MatrixGradientsTest extends OnMatrixUnits {
    static Stream<MatrixAttentionCase> cases() {
        return Stream.of(
                new MatrixAttentionCase(1, 1, 1, 1, 16, 0, 0),
                new MatrixAttentionCase(2, 7, 2, 1, 16, 0, 0),
                new MatrixAttentionCase(1, 16, 1, 1, 32, 0, 0),
                new MatrixAttentionCase(1, 37, 4, 2, 48, 0, 0),
                new MatrixAttentionCase(1, 64, 2, 1, 64, 0, 0),
                new MatrixAttentionCase(2, 100, 2, 1, 64, 0, 0),
                new MatrixAttentionCase(1, 37, 2, 1, 80, 0, 0),
                new MatrixAttentionCase(1, 70, 1, 1, 128, 0, 0),
                new MatrixAttentionCase(1, 100, 2, 2, 64, 33, 0),
                new MatrixAttentionCase(1, 130, 2, 1, 16, 5, 0),
                new MatrixAttentionCase(1, 70, 2, 1, 16, 0, 20),
                new MatrixAttentionCase(2, 70, 3, 1, 32, 11, 20));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void areNearTheReference(MatrixAttentionCase size) {
        Example example = size.backward();
        Map<String, Array> expected = example.interpret().results();
        Map<String, Array> found = DeviceRun.of(example, device, 1).getFirst().results();
        List<double[]> bounds = GradientBounds.of(size, example.inputs());
        for (int result = 0; result < bounds.size(); result++) {
            Array right = expected.get(Integer.toString(result));
            Array computed = found.get(Integer.toString(result));
            for (int i = 0; i < right.size(); i++) {
                double bound = (ROUNDING + 1e-5) * bounds.get(result)[i] + 1e-5;
                assertEquals(right.get(i), computed.get(i), bound, "element " + i + " of gradient " + result);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void useMatrixUnitsWhereTheyAre(MatrixAttentionCase size) {
        assertUsesThem(size.backward());
    }
}
