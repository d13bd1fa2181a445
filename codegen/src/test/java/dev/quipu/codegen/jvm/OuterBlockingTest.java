package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Cuts cover a product with no empty piece, whatever its shape. */
class OuterBlockingTest {
    @Test
    void noPieceIsEmpty() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 2000; i++) {
            OuterBlocking blocking = blocking(
                    random.nextInt(1, 40_000),
                    random.nextInt(1, 9_000),
                    random.nextInt(1, i % 2 == 0 ? 600 : 30_000),
                    4 << random.nextInt(3));
            String text = blocking.toString();
            assertTrue(isCover(blocking.product().depth(), blocking.depth(), blocking.depthBlocks()), text);
            assertTrue(isCover(blocking.rowPanels(), blocking.rowPanelsOfPart(), blocking.chunks()), text);
            assertTrue(isCover(blocking.columnPanels(), blocking.columnPanelsOfPart(), blocking.groups()), text);
        }
    }

    /** Whether that many pieces cover a length, and one less does not. */
    private static boolean isCover(int length, int piece, int pieces) {
        return (long) piece * pieces >= length && (long) piece * (pieces - 1) < length;
    }

    @Test
    void gradientsOfWeightsHavePartsForSomeWorkers() {
        for (int[] shape : new int[][] {{288, 288, 2048}, {768, 288, 2048}, {288, 768, 2048}, {4096, 512, 1024}}) {
            OuterBlocking blocking = blocking(shape[0], shape[1], shape[2], 16);
            assertTrue(blocking.chunks() * blocking.groups() >= 15, blocking.toString());
        }
    }

    /** Tiles count bytes of a block in INTs: of factors that are wider, panels are packed. */
    @Test
    void factorsOfMoreBytesThanTilesCountArePacked() {
        for (int lanes : new int[] {4, 8, 16}) {
            assertTrue(suits(1 << 20, 64, 511, lanes));
            assertTrue(suits(64, 1 << 20, 511, lanes));
            assertFalse(suits(1 << 20, 64, 512, lanes));
            assertFalse(suits(64, 1 << 20, 512, lanes));
        }
    }

    private static boolean suits(int rows, int columns, int depth, int lanes) {
        return OuterProduct.suits(
                new MatrixCase(1, rows, columns, depth, true, false, MatrixCase.End.WRITE).launch(), lanes);
    }

    private static OuterBlocking blocking(int rows, int columns, int depth, int lanes) {
        MatrixCase shape = new MatrixCase(1, rows, columns, depth, true, false, MatrixCase.End.WRITE);
        return OuterBlocking.of(shape.launch(), new TileLibrary(lanes));
    }
}
