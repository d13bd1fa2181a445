package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Int8Blocks;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Cuts cover a product with no empty piece, and leave several workers something to do. */
class MatrixBlockingTest {
    @Test
    void noPieceIsEmpty() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 2000; i++) {
            int lanes = 4 << random.nextInt(3);
            MatrixBlocking blocking = blocking(
                    random.nextInt(1, 4),
                    random.nextInt(1, 3000),
                    random.nextInt(1, 3000),
                    random.nextInt(1, 30_000),
                    lanes);
            String text = blocking.toString();
            assertTrue(isCover(blocking.product().depth(), blocking.blockDepth(), blocking.depthBlocks()), text);
            int rows = blocking.left().lines();
            int panel = blocking.library().rows();
            assertEquals(rows, (blocking.chunks() - 1) * blocking.rowsOfPart() + blocking.lastRows(), text);
            assertTrue(blocking.lastRows() >= Math.min(rows, panel), text);
            assertTrue(blocking.lastRows() < blocking.rowsOfPart() + panel, text);
            assertTrue(blocking.mostRowPanels() * panel >= blocking.lastRows(), text);
            assertTrue(blocking.chunks() == 1 || blocking.mostRowPanels() >= blocking.rowPanelsOfPart(), text);
            assertTrue(isCover(blocking.columnPanels(), blocking.columnPanelsOfPart(), blocking.groups()), text);
            assertTrue(blocking.depthBlocks() == 1 || blocking.blockDepth() % Int8Blocks.ELEMENTS == 0, text);
        }
    }

    /** Whether that many pieces cover a length, and one less does not. */
    private static boolean isCover(int length, int piece, int pieces) {
        return (long) piece * pieces >= length && (long) piece * (pieces - 1) < length;
    }

    @Test
    void productsOfTrainingHavePartsForSomeWorkers() {
        assertTrue(blocking(1, 2048, 288, 288, 16).parts() >= 16);
        assertTrue(blocking(1, 288, 288, 2048, 16).parts() >= 8);
        assertTrue(blocking(1, 16, 768, 288, 16).parts() >= 4);
        assertEquals(1, blocking(1, 5, 7, 11, 16).parts());
    }

    @Test
    void rightPanelsArePackedBeforeWhereSeveralPartsNeedThem() {
        assertTrue(blocking(1, 2048, 288, 288, 16).sharesRightPanels());
        assertTrue(!blocking(1, 5, 7, 11, 16).sharesRightPanels());
    }

    @Test
    void theSmallerFactorIsTransposed() {
        assertTrue(blocking(1, 128, 768, 768, 16).swaps());
        assertTrue(blocking(1, 128, 768, 2048, 16).swaps());
        assertFalse(blocking(1, 2048, 768, 768, 16).swaps());
        assertFalse(
                blocking(1, 512, 32_000, 288, 16).swaps(), "a product that is larger than both factors is not turned");
    }

    @Test
    void partsOfATransposedProductHaveWholeVectorsOfColumns() {
        for (int lanes : new int[] {16, 8, 4}) {
            for (int columns = 40; columns < 3000; columns += 67) {
                MatrixBlocking blocking = blocking(1, 33, columns, 500, lanes);
                assertTrue(blocking.chunks() == 1 || blocking.rowsOfPart() % lanes == 0, blocking::toString);
            }
        }
    }

    private static MatrixBlocking blocking(int batch, int rows, int columns, int depth, int lanes) {
        MatrixCase shape = new MatrixCase(batch, rows, columns, depth, false, true, MatrixCase.End.WRITE);
        return MatrixBlocking.of(shape.launch(), new TileLibrary(lanes), false);
    }
}
