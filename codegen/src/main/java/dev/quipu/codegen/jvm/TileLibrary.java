package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The register tiles of matrix products and the packing of their operands, as methods of one class that all kernels of a
 * program share: the JIT compiles method by method, so each stands once, with depth and strides known at run time.
 *
 * <p>A tile multiplies some rows, which are on the heap, with a right panel, {@code [depth][columns()]} off the heap: per step
 * of depth two vectors of the right panel are loaded, and the number of each row is spread over a vector and multiplied with
 * both. Rows times two vectors stay in registers. The rows are copies, {@code float[rows][LEFT_ROW]}, or where the matrix has
 * them along its columns a left panel, {@code float[depth][rows()]}: so nothing of the left is ever transposed. Where the right
 * matrix, too, has the depth along its rows, neither is copied.
 *
 * <p>All addresses and strides of segments are in bytes, those of arrays in elements.
 */
public final class TileLibrary {
    /** The generated class. */
    public static final String CLASS = "Tiles";

    /** Longest row of the left that is copied at once: the most depth of a block. */
    static final int MOST_LEFT_ROW = 768;

    /** Floats from one copied row to the next: an odd number of cache lines, so that rows do not share a cache's set. */
    static final int LEFT_ROW = MOST_LEFT_ROW + 16;

    private static final String COPY_ROWS = "copyRows";
    private static final String ROUND_ROWS = "roundRows";
    private static final String ROUNDED = "Rounded";
    private static final String SCALED = "Scaled";
    private static final String BY_ROUNDED = "ByRounded";

    private static final Pattern NAME =
            Pattern.compile("([a-zA-Z]+?)(\\d+)(?:x(\\d+))?(?:t(\\d+))?(Add)?(Rounded|Scaled)?(ByRounded)?");

    private final int lanes;

    /** @param lanes floats of a vector: 16, 8 or 4 */
    public TileLibrary(int lanes) {
        if (lanes != 16 && lanes != 8 && lanes != 4) {
            throw new AssertionError("no tiles for vectors of " + lanes + " floats");
        }
        this.lanes = lanes;
    }

    public int lanes() {
        return lanes;
    }

    /**
     * Rows of a whole tile, and floats of a step of a left panel. AVX-512 and ARM's NEON have 32 registers; processors with
     * 256 bits have 16. (x86 without AVX2 has no fused multiply-add and is not worth a tile.)
     */
    public int rows() {
        return registers() == 16 ? 6 : 12;
    }

    /** Vectors that stay in registers. */
    int registers() {
        return lanes == 8 ? 16 : 32;
    }

    /** Columns of a tile, and floats of a step of a right panel. */
    public int columns() {
        return 2 * lanes;
    }

    /** Floats from one left panel to the next: packing writes whole vectors, so some room lies behind each. */
    public int leftPanel(int depth) {
        return roundUp(depth) * rows() + 4 * lanes;
    }

    /** Floats from one right panel to the next. */
    public int rightPanel(int depth) {
        return roundUp(depth) * columns();
    }

    private int roundUp(int depth) {
        return Math.ceilDiv(depth, lanes) * lanes;
    }

    /**
     * Name of the tile that multiplies the first {@code rows} rows of a left panel with a right panel:
     * {@code (float[] a, int aOffset, MemorySegment b, long bOffset, MemorySegment c, long cOffset, int cStride, int depth)}.
     */
    public String tile(int rows) {
        return CLASS + ".tile" + rows;
    }

    /** As {@link #tile}, of copied rows. */
    public String rowTile(int rows) {
        return CLASS + ".rowTile" + rows;
    }

    /**
     * As {@link #tile}, of factors that both lie in memory with the depth along their rows, so many bytes from row to row:
     * {@code (MemorySegment a, long aOffset, int aStep, MemorySegment b, long bOffset, int bStep, MemorySegment c, long cOffset,
     * int cStride, int depth)}.
     */
    public String matrixTile(int rows) {
        return CLASS + ".matrixTile" + rows;
    }

    /**
     * Name of the method that copies rows of at most {@link #MOST_LEFT_ROW} floats:
     * {@code (MemorySegment source, long at, int stride, float[] panel, int to, int rows, int depth)}.
     */
    public String copyRows() {
        return CLASS + "." + COPY_ROWS;
    }

    /**
     * Name of the method that widens rows and rounds them to bf16, which are as far apart then as they were:
     * {@code (MemorySegment source, long at, int stride, MemorySegment panel, long to, int rows, int depth)}.
     */
    String roundRows() {
        return CLASS + "." + ROUND_ROWS;
    }

    /**
     * Name of the method that fills a left panel from {@code [depth][rows]}:
     * {@code (MemorySegment source, long at, int stride, float[] panel, int to, int depth)}.
     */
    public String packLeft(int rows) {
        return CLASS + ".packLeft" + rows;
    }

    /**
     * Name of the method that fills a right panel from {@code [depth][width]}, with zeros beyond:
     * {@code (MemorySegment source, long at, int stride, MemorySegment panel, long to, int depth)}.
     */
    public String packRight(int width) {
        return CLASS + ".packRight" + width;
    }

    /**
     * As {@link #packRight} from {@code [width][depth]}, but one half of the panel, {@code width <= lanes} of
     * {@code lanes()} columns; the other half begins {@code lanes()} floats later.
     */
    public String packRightTransposed(int width) {
        return CLASS + ".packRightTransposed" + width;
    }

    /** As {@link #packRightTransposed}, but one vector of the rows of a right panel of attention, as wide as its tiles. */
    String packWideTransposed(int width) {
        return CLASS + ".packWideTransposed" + width;
    }

    /**
     * Name of the method that turns {@code [lanes()][depth]} into columns of a block whose rows have some floats, whole vectors
     * of steps: parameters of {@link #packRight}.
     */
    String transpose(int columns) {
        return CLASS + ".transpose" + lanes + "x" + columns;
    }

    /**
     * Name of the method that copies, or adds, the first columns of a tile {@code [rows][columns()]}:
     * {@code (MemorySegment tile, MemorySegment c, long cOffset, int cStride, int rows)}.
     */
    public String copy(int width, boolean add) {
        return CLASS + ".copy" + width + (add ? "Add" : "");
    }

    /**
     * Name of the same method for matrices in bf16 or int8: what packing and dot products read, what copying writes, which is
     * never int8; panels and tiles are f32.
     *
     * @param matrix SEGMENT, BSEGMENT or ISEGMENT
     */
    static String over(KernelType matrix, String method) {
        if (matrix.equals(KernelType.SEGMENT)) {
            return method;
        }
        return method + (matrix.equals(KernelType.BSEGMENT) ? ROUNDED : SCALED);
    }

    /** As {@link #over(KernelType, String)}, for dot products whose left rows are bf16, too, where {@code rounds} says so. */
    static String over(KernelType matrix, boolean rounds, String method) {
        return over(matrix, method) + (rounds ? BY_ROUNDED : "");
    }

    private static KernelType matrix(String ending) {
        if (ending.isEmpty()) {
            return KernelType.SEGMENT;
        }
        return ending.equals(ROUNDED) ? KernelType.BSEGMENT : KernelType.ISEGMENT;
    }

    private Dots dots(int rows, Matcher parts, KernelType matrix) {
        int tail = parts.group(4) == null ? 0 : Integer.parseInt(parts.group(4));
        boolean rounds = parts.group(7) != null;
        return new Dots(this, rows, Integer.parseInt(parts.group(3)), tail, rounds, matrix);
    }

    /**
     * Name of the method that multiplies some rows with some columns, which are rows too, all along the depth:
     * {@code (MemorySegment a, long aOffset, MemorySegment b, long bOffset, int stride, MemorySegment c, long cOffset,
     * int cStride, int cColumn, int depth)}; of c each row and column is {@code cStride} and {@code cColumn} bytes apart.
     *
     * @param tail the depth's elements behind the last whole vector
     */
    String dots(int rows, int columns, int tail) {
        return CLASS + ".dots" + rows + "x" + columns + "t" + tail;
    }

    /** As {@link #dots}, with {@code int rows} at the end, of rows that follow each other; without a tail. */
    String stretches(int rows, int columns) {
        return CLASS + ".stretches" + rows + "x" + columns;
    }

    /** The methods of the library that some kernels call, in the order of their names. */
    public List<Method> usedBy(List<Kernel> kernels) {
        NavigableSet<String> names = new TreeSet<>();
        for (Kernel kernel : kernels) {
            kernel.phases().forEach(phase -> collect(phase.body(), names));
            kernel.methods().forEach(method -> collect(method.body(), names));
        }
        return names.stream().map(this::method).toList();
    }

    private static void collect(List<Statement> statements, NavigableSet<String> names) {
        for (Statement statement : statements) {
            switch (statement) {
                case Statement.Call call ->
                    Stream.of(call.method())
                            .filter(name -> name.startsWith(CLASS + "."))
                            .forEach(names::add);
                case Statement.For loop -> collect(loop.body(), names);
                case Statement.If choice -> {
                    collect(choice.then(), names);
                    collect(choice.otherwise(), names);
                }
                case Statement.Declare declare -> {}
                case Statement.Assign assign -> {}
                case Statement.Store store -> {}
                case Statement.Comment comment -> {}
                case Statement.Allocate allocate -> {}
                case Statement.Barrier barrier -> {}
                case Statement.StoreMatrix store -> {}
            }
        }
    }

    /** A method by one of the names above, with or without the class. */
    public Method method(String name) {
        String simple = name.startsWith(CLASS + ".") ? name.substring(CLASS.length() + 1) : name;
        Optional<Method> attention = AttentionTile.method(simple, this);
        if (attention.isPresent()) {
            return attention.get();
        }
        if (simple.startsWith(COPY_ROWS)) {
            return new RowCopies(this, matrix(simple.substring(COPY_ROWS.length())), false).method(simple);
        }
        if (simple.startsWith(ROUND_ROWS)) {
            return new RowCopies(this, matrix(simple.substring(ROUND_ROWS.length())), true).method(simple);
        }
        Matcher parts = NAME.matcher(simple);
        if (!parts.matches()) {
            throw new AssertionError("no tile " + name);
        }
        int size = Integer.parseInt(parts.group(2));
        boolean add = parts.group(5) != null;
        KernelType matrix = matrix(Objects.requireNonNullElse(parts.group(6), ""));
        return switch (parts.group(1)) {
            case "tile" -> new Tile(this, Tile.Left.PANEL, size).method(simple);
            case "rowTile" -> new Tile(this, Tile.Left.ROWS, size).method(simple);
            case "matrixTile" -> new Tile(this, Tile.Left.MATRIX, size).method(simple);
            case "dots" -> dots(size, parts, matrix).method(simple);
            case "packLeft" -> Packs.left(this, simple, size);
            case "stretches" -> new Stretches(dots(size, parts, matrix)).method(simple);
            case "packRight" -> Packs.right(this, simple, size);
            case "packRightTransposed" ->
                new TransposingPacks(this, matrix, columns()).method(simple, "Half a right panel", size);
            case "packWideTransposed" ->
                new TransposingPacks(this, matrix, AttentionTile.vectors(this) * lanes)
                        .method(simple, "A third of a right panel", size);
            case "transpose" ->
                new TransposingPacks(this, matrix, Integer.parseInt(parts.group(3)))
                        .method(simple, "Columns of a block", size);
            case "copy" -> Packs.copy(this, simple, size, add, matrix);
            default -> throw new AssertionError("no tile " + name);
        };
    }

    /** Where vector {@code index} of a row of {@code width} columns ends: how many of its lanes exist. */
    int active(int index, int width) {
        return Math.clamp(width - (long) index * lanes, 0, lanes);
    }

    /** A vector of the row at an address of a segment; zero where no column exists. */
    Value load(int index, int width, Value memory, Value address) {
        int active = active(index, width);
        Value at = Emitter.plus(address, (long) index * lanes * Float.BYTES);
        return active == 0 ? Emitter.number(0, lanes) : new Value.Load(KernelType.floats(lanes), memory, at, active);
    }
}
