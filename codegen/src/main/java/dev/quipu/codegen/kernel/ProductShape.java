package dev.quipu.codegen.kernel;

/**
 * A product of bf16 matrices, summed and written in f32. Strides are in elements, from row to row and from column to column of
 * a matrix as the product reads it: a transposed one has the column's stride greater.
 *
 * @param rows M of the product M x N
 * @param columns N
 * @param depth K
 * @param productRow from row to row of the product; its columns lie side by side
 * @param adds to what lies where the product belongs, else overwrites it
 */
public record ProductShape(
        int rows,
        int columns,
        int depth,
        long leftRow,
        long leftColumn,
        long rightRow,
        long rightColumn,
        long productRow,
        boolean adds) {
    public ProductShape {
        if (Math.min(rows, Math.min(columns, depth)) < 1 || productRow < columns) {
            throw new AssertionError("no product " + rows + " x " + depth + " x " + columns + " by " + productRow);
        }
    }
}
