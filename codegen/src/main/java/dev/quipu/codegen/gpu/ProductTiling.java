package dev.quipu.codegen.gpu;

import dev.quipu.codegen.launch.MatrixProduct;
import java.util.List;

/**
 * How a product is cut into tiles, one a work-group: what is cheapest for its shape by a rough model of a large GPU. Nothing
 * but the shape goes into it, so neither do results depend on anything else.
 *
 * @param tile what a group computes
 * @param parts into how many the depth is cut, for more groups than there are tiles; sums of parts are added in order
 */
record ProductTiling(MatrixProduct product, Tile tile, int parts) {
    /** Steps of depth that a group has in local memory at a time. */
    static final int STEPS = 16;

    /** Work-groups that compute at the same time. */
    private static final int UNITS = 128;

    /** Multiply-adds of a unit in the time that writing and adding up an element of a part's sum takes all of them. */
    private static final double PART_ELEMENT = 0.5;

    /** Multiply-adds of a unit in the time of another launch. */
    private static final double LAUNCH = 1 << 20;

    private static final int MOST_PARTS = 64;
    private static final int FEWEST_STEPS_OF_PART = 128;
    private static final int MOST_SCRATCH = 1 << 24;

    /**
     * A tile of the product.
     *
     * @param rows of the tile
     * @param columns of the tile
     * @param itemRows rows of a work-item's block of registers
     * @param itemColumns columns of it
     * @param rate multiply-adds in the time that the largest block takes for one: smaller blocks read local memory more often
     */
    record Tile(int rows, int columns, int itemRows, int itemColumns, double rate) {
        int items() {
            return (rows / itemRows) * (columns / itemColumns);
        }
    }

    static final List<Tile> TILES = List.of(
            new Tile(128, 128, 8, 8, 1),
            new Tile(64, 64, 4, 4, 0.55),
            new Tile(32, 128, 4, 4, 0.55),
            new Tile(128, 32, 4, 4, 0.55),
            new Tile(16, 128, 4, 4, 0.4),
            new Tile(128, 16, 4, 4, 0.4),
            new Tile(32, 32, 2, 2, 0.25),
            new Tile(16, 16, 1, 1, 0.12));

    static ProductTiling of(MatrixProduct product) {
        ProductTiling best = new ProductTiling(product, TILES.getLast(), 1);
        for (Tile tile : TILES) {
            for (int parts = 1; parts <= MOST_PARTS; parts *= 2) {
                ProductTiling other = new ProductTiling(product, tile, parts);
                if (other.isPossible() && other.cost() < best.cost()) {
                    best = other;
                }
            }
        }
        return best;
    }

    private boolean isPossible() {
        return parts == 1
                || (tiles() < UNITS
                        && stepsOfPart() >= FEWEST_STEPS_OF_PART
                        && Math.ceilDiv(product.depth(), stepsOfPart()) == parts
                        && elements() * parts <= MOST_SCRATCH);
    }

    private double cost() {
        double share = (double) tiles() * parts / UNITS;
        // units take another group when they are ready, so that only part of the last wave is lost
        double waves = Math.max(1, (share + Math.ceil(share)) / 2);
        double multiplying = waves * tile.rows() * tile.columns() * stepsOfPart() / tile.rate();
        return parts == 1 ? multiplying : multiplying + PART_ELEMENT * elements() * parts + LAUNCH;
    }

    int rowTiles() {
        return Math.ceilDiv(product.rows(), tile.rows());
    }

    int columnTiles() {
        return Math.ceilDiv(product.columns(), tile.columns());
    }

    private long tiles() {
        return (long) product.batch() * rowTiles() * columnTiles();
    }

    int groups() {
        return Math.toIntExact(tiles() * parts);
    }

    /** Steps of depth of all parts but the last, which may have fewer: whole numbers of {@link #STEPS}. */
    int stepsOfPart() {
        return parts == 1 ? product.depth() : Math.ceilDiv(Math.ceilDiv(product.depth(), parts), STEPS) * STEPS;
    }

    /** Elements of all products of the batch. */
    long elements() {
        return (long) product.batch() * product.rows() * product.columns();
    }
}
