package dev.quipu.codegen.jvm;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Thin and ragged products in every species, in f32 and in bf16: each two of rows, columns and depth meet in every pair of
 * these sizes, which lie around the tiles' rows and columns and the vectors' lanes.
 */
class RaggedProductTest {
    private static final int[] SIZES = {1, 2, 3, 5, 7, 12, 13, 31, 33, 63, 65};

    @TestFactory
    List<DynamicTest> ofFloats() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int lanes : new int[] {16, 8, 4}) {
            List<MatrixCase> cases = cases(lanes);
            KernelRun run = MatrixLoweringTest.kernels(cases, lanes);
            cases.forEach(shape -> tests.add(DynamicTest.dynamicTest(
                    lanes + " lanes: " + shape, () -> MatrixLoweringTest.check(run, shape, lanes))));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> ofBf16() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int lanes : new int[] {16, 8, 4}) {
            List<MatrixCase> cases = cases(lanes);
            KernelRun run = RoundedProductTest.kernels(cases, lanes);
            cases.forEach(shape -> tests.add(
                    DynamicTest.dynamicTest(lanes + " lanes: " + shape, () -> RoundedProductTest.check(run, shape))));
        }
        return tests;
    }

    /** The sum of three indices is a multiple of the number of sizes: a Latin square, which other orientations turn by one. */
    private static List<MatrixCase> cases(int lanes) {
        MatrixCase.End[] ends = MatrixCase.End.values();
        List<MatrixCase> cases = new ArrayList<>();
        for (int i = 0; i < SIZES.length; i++) {
            for (int j = 0; j < SIZES.length; j++) {
                int k = Math.floorMod(-i - j, SIZES.length);
                int orientation = (i + j + lanes / 4) % 3; // NN, TN, NT: the products of training
                MatrixCase.End end = ends[(i * 5 + j * 2 + lanes / 4) % ends.length];
                cases.add(new MatrixCase(1, SIZES[i], SIZES[j], SIZES[k], orientation == 1, orientation == 2, end));
            }
        }
        return cases;
    }
}
