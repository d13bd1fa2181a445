package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.formula.Formula;
import java.util.List;

/** A product of a shape, orientation and epilogue, and what it should give. */
public record MatrixCase(
        int batch, int rows, int columns, int depth, boolean transposeLeft, boolean transposeRight, End end) {
    /** Epilogues: their steps, and the same for one element in double precision. */
    public enum End {
        WRITE,
        ACCUMULATE,
        RESIDUAL,
        BIAS_SILU,
        GATED,
        ROW_SCALE_ACCUMULATE,
        TWO_STORES,
        IN_PLACE,
        TRANSPOSED
    }

    /** The buffers: left, right, a matrix, a row of columns, a column of rows, and two outputs. */
    static final int MATRIX = 2;

    static final int BIAS = 3;
    static final int SCALE = 4;
    public static final int OUT = 5;
    public static final int SECOND = 6;

    public String name() {
        return "product_" + batch + "_" + rows + "_" + columns + "_" + depth + (transposeLeft ? "_t" : "_n")
                + (transposeRight ? "t_" : "n_") + end;
    }

    public MatrixProduct launch() {
        Space space = new Space(List.of(batch, rows), columns);
        return new MatrixProduct(batch, rows, columns, depth, transposeLeft, transposeRight, buffers(), space, steps());
    }

    public List<Buffer> buffers() {
        long matrix = (long) batch * rows * columns;
        return List.of(
                new Buffer(DType.F32, (long) batch * rows * depth, Buffer.Use.READ),
                new Buffer(DType.F32, (long) batch * columns * depth, Buffer.Use.READ),
                new Buffer(DType.F32, matrix, Buffer.Use.READ),
                new Buffer(DType.F32, columns, Buffer.Use.READ),
                new Buffer(DType.F32, (long) batch * rows, Buffer.Use.READ),
                new Buffer(DType.F32, matrix, Buffer.Use.UPDATE),
                new Buffer(DType.F32, matrix, Buffer.Use.WRITE));
    }

    private List<Step> steps() {
        Access dense = dense(OUT);
        Step.Load matrix = new Step.Load("matrix", dense(MATRIX));
        Step.Load bias = new Step.Load("bias", new Access(BIAS, 0, List.of(0L, 0L), columns == 1 ? 0 : 1));
        Step.Load scale = new Step.Load("scale", new Access(SCALE, 0, List.of((long) rows, 1L), 0));
        return switch (end) {
            case WRITE -> List.of(new Step.Store("product", dense, false));
            case ACCUMULATE -> List.of(new Step.Store("product", dense, true));
            case RESIDUAL -> List.of(matrix, map("sum", "product + matrix"), new Step.Store("sum", dense, false));
            case BIAS_SILU ->
                List.of(bias, map("sum", "product + bias"), map("y", "silu(sum)"), new Step.Store("y", dense, false));
            case GATED ->
                List.of(matrix, scale, map("y", "silu(product) * matrix * scale"), new Step.Store("y", dense, false));
            case ROW_SCALE_ACCUMULATE ->
                List.of(
                        scale,
                        map("half", "scale * 0.5"),
                        map("y", "product * half"),
                        new Step.Store("y", dense, true));
            case TWO_STORES ->
                List.of(
                        map("y", "max(product, 0)"),
                        new Step.Store("product", dense, false),
                        new Step.Store("y", dense(SECOND), false));
            case IN_PLACE -> // the first store overwrites what the second has to load
                List.of(
                        new Step.Load("old", dense),
                        map("y", "product + old"),
                        new Step.Store("product", dense, false),
                        new Step.Store("y", dense(SECOND), false));
            case TRANSPOSED ->
                List.of(new Step.Store("product", new Access(OUT, 0, List.of((long) rows * columns, 1L), rows), false));
        };
    }

    private static Step.Map map(String name, String formula) {
        Expression expression = Formula.of(formula).expression();
        return new Step.Map(name, expression);
    }

    private Access dense(int buffer) {
        return new Access(buffer, 0, List.of((long) rows * columns, (long) columns), columns == 1 ? 0 : 1);
    }

    /** Place of an element in the first output. */
    public int place(int b, int row, int column) {
        return end == End.TRANSPOSED ? (b * columns + column) * rows + row : (b * rows + row) * columns + column;
    }

    public double element(float[][] in, int b, int row, int column) {
        double sum = 0;
        for (int k = 0; k < depth; k++) {
            sum += (double) in[0][left(b, row, k)] * in[1][right(b, column, k)];
        }
        return sum;
    }

    /** Whether {@link #exact} says it all: thin products sum lanes. */
    boolean isExact() {
        return !ThinProduct.suits(launch()) && (end == End.WRITE || end == End.ACCUMULATE);
    }

    /** What the first output should hold to the bit, of those ends that only write or add: a sum for each block of depth. */
    float exact(float[][] in, int lanes, int b, int row, int column) {
        TileLibrary library = new TileLibrary(lanes);
        boolean isOuter = OuterProduct.suits(launch(), lanes);
        int block = isOuter
                ? OuterBlocking.of(launch(), library).depth()
                : MatrixBlocking.of(launch(), library, true).blockDepth();
        float old = end == End.ACCUMULATE ? in[OUT][(b * rows + row) * columns + column] : 0;
        float sum = isOuter ? old : 0;
        for (int first = 0; first < depth; first += block) {
            float part = 0;
            for (int k = first; k < Math.min(first + block, depth); k++) {
                part = Math.fma(in[0][left(b, row, k)], in[1][right(b, column, k)], part);
            }
            sum += part;
        }
        return isOuter ? sum : old + sum;
    }

    private int left(int b, int row, int k) {
        return b * rows * depth + (transposeLeft ? k * rows + row : row * depth + k);
    }

    private int right(int b, int column, int k) {
        return b * columns * depth + (transposeRight ? column * depth + k : k * columns + column);
    }

    /** What the first output should hold, from the product's element and what was there. */
    public double expected(float[][] in, double product, int b, int row, int column) {
        int dense = (b * rows + row) * columns + column;
        return switch (end) {
            case WRITE, TWO_STORES, IN_PLACE, TRANSPOSED -> product;
            case ACCUMULATE -> in[OUT][dense] + product;
            case RESIDUAL -> product + in[MATRIX][dense];
            case BIAS_SILU -> {
                double x = product + in[BIAS][column];
                yield x / (1 + Math.exp(-x));
            }
            case GATED -> product / (1 + Math.exp(-product)) * in[MATRIX][dense] * in[SCALE][b * rows + row];
            case ROW_SCALE_ACCUMULATE -> in[OUT][dense] + product * 0.5 * in[SCALE][b * rows + row];
        };
    }

    /** What the second output should hold. */
    public double expectedSecond(float[][] in, double product, int b, int row, int column) {
        int dense = (b * rows + row) * columns + column;
        return switch (end) {
            case WRITE, ACCUMULATE, RESIDUAL, BIAS_SILU, GATED, ROW_SCALE_ACCUMULATE, TRANSPOSED -> in[SECOND][dense];
            case TWO_STORES -> Math.max(product, 0);
            case IN_PLACE -> product + in[OUT][dense];
        };
    }
}
