package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiles and packs against plain loops, for every number of rows and columns, in memory that ends where buffers end. */
class TileLibraryTest {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final float GUARD = 12345f;

    private final Arena arena = Arena.ofConfined();
    private final SplittableRandom random = new SplittableRandom(1);

    @AfterEach
    void release() {
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 8, 4})
    void tilesMultiplyPanels(int lanes) throws Exception {
        TileLibrary library = new TileLibrary(lanes);
        List<String> names = new ArrayList<>();
        for (int rows = 1; rows <= library.rows(); rows++) {
            names.addAll(List.of(library.tile(rows), library.rowTile(rows), library.matrixTile(rows)));
        }
        Class<?> tiles = compile(library, names);
        for (int rows = 1; rows <= library.rows(); rows++) {
            for (int depth : new int[] {1, 7, 40}) {
                tile(library, tiles, library.tile(rows), rows, depth);
                tile(library, tiles, library.rowTile(rows), rows, depth);
                matrixTile(library, tiles, rows, depth);
            }
        }
    }

    private void matrixTile(TileLibrary library, Class<?> tiles, int rows, int depth) throws Exception {
        int columns = library.columns();
        int leftRow = rows + 5;
        int rightRow = columns + 3;
        MemorySegment left = buffer((long) leftRow * depth);
        MemorySegment right = buffer((long) rightRow * depth);
        MemorySegment product = buffer((long) rows * columns);
        long firstRow = 5;
        long firstColumn = 3;
        call(
                tiles,
                library.matrixTile(rows),
                left,
                4 * firstRow,
                4 * leftRow,
                right,
                4 * firstColumn,
                4 * rightRow,
                product,
                0L,
                4 * columns,
                depth);
        for (int i = 0; i < rows * columns; i++) {
            long row = i / columns;
            long column = i % columns;
            double expected = sum(
                    depth,
                    k -> (double) at(left, k * leftRow + firstRow + row)
                            * at(right, k * rightRow + firstColumn + column));
            assertEquals(expected, at(product, i), 1e-4);
        }
    }

    /** What has no bounds in a loop is held against them in front: one element less than is read or written is too little. */
    @Test
    void rangesAreChecked() throws Exception {
        TileLibrary library = new TileLibrary(16);
        String stretches = TileLibrary.over(KernelType.ISEGMENT, library.stretches(1, 4));
        Class<?> tiles = compile(library, List.of(library.tile(2), library.matrixTile(2), stretches));
        float[] panel = new float[12 * 64];
        refusesLess(tiles, library.tile(2), panel, 0, exact(32 * 64), 0L, exact(64), 0L, 128, 64);
        refusesLess(
                tiles, library.matrixTile(2), exact(2 * 64), 0L, 8, exact(32 * 64), 0L, 128, exact(64), 0L, 128, 64);
        MemorySegment blocks = arena.allocate(4 * 2 * 2 * 36);
        refusesLess(tiles, stretches, exact(64), 0L, blocks, 0L, 2 * 256, exact(8), 0L, 0, 8, 64, 2);
    }

    private static void refusesLess(Class<?> tiles, String name, Object... arguments) throws Exception {
        call(tiles, name, arguments);
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof MemorySegment memory) {
                Object[] less = arguments.clone();
                less[i] = memory.asSlice(0, memory.byteSize() - Float.BYTES);
                AssertionError failure = assertThrows(AssertionError.class, () -> call(tiles, name, less));
                assertInstanceOf(IndexOutOfBoundsException.class, failure.getCause());
            }
        }
    }

    private MemorySegment exact(long elements) {
        return arena.allocate(elements * Float.BYTES);
    }

    private void tile(TileLibrary library, Class<?> tiles, String tile, int rows, int depth) throws Exception {
        boolean packed = tile.equals(library.tile(rows));
        int apart = packed ? 1 : TileLibrary.LEFT_ROW;
        int step = packed ? library.rows() : 1;
        float[] left = buffer(packed ? library.leftPanel(depth) : rows * TileLibrary.LEFT_ROW)
                .toArray(FLOAT);
        MemorySegment right = buffer((long) library.columns() * depth);
        int stride = library.columns() + 3;
        MemorySegment product = buffer((long) rows * stride);
        float[] before = product.toArray(FLOAT);
        call(tiles, tile, left, 0, right, 0L, product, 0L, 4 * stride, depth);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < stride; column++) {
                int r = row;
                int c = column;
                float old = before[row * stride + column];
                double expected = column >= library.columns()
                        ? old
                        : sum(
                                depth,
                                k -> (double) left[(int) k * step + r * apart] * at(right, k * library.columns() + c));
                assertEquals(expected, at(product, (long) row * stride + column), 1e-4);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 8, 4})
    void leftPanelsHoldRows(int lanes) throws Exception {
        TileLibrary library = new TileLibrary(lanes);
        int all = library.rows();
        Class<?> tiles = compile(
                library,
                IntStream.rangeClosed(1, all).mapToObj(library::packLeft).toList());
        for (int rows = 1; rows <= all; rows++) {
            for (int depth : new int[] {1, lanes - 1, lanes, 2 * lanes + 3}) {
                MemorySegment source = buffer((long) rows * depth);
                float[] panels = new float[2 * library.leftPanel(depth)];
                for (int panel = 0; panel < 2; panel++) {
                    int to = panel * library.leftPanel(depth);
                    call(tiles, library.packLeft(rows), source, 0L, 4 * rows, panels, to, depth);
                }
                for (int i = 0; i < rows * depth; i++) {
                    for (int panel = 0; panel < 2; panel++) {
                        int to = panel * library.leftPanel(depth);
                        assertEquals(at(source, i), panels[to + i / rows * all + i % rows]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 8, 4})
    void rowsAreCopiedApart(int lanes) throws Exception {
        TileLibrary library = new TileLibrary(lanes);
        Class<?> tiles = compile(library, List.of(library.copyRows()));
        for (int depth : new int[] {1, lanes - 1, lanes, 2 * lanes + 3, TileLibrary.MOST_LEFT_ROW}) {
            int rows = 3;
            MemorySegment source = buffer((long) (rows + 1) * depth);
            float[] copies = new float[(rows + 1) * TileLibrary.LEFT_ROW];
            Arrays.fill(copies, GUARD);
            call(tiles, library.copyRows(), source, 4L * depth, 4 * depth, copies, TileLibrary.LEFT_ROW, rows, depth);
            for (int i = 0; i < rows * depth; i++) {
                int place = (1 + i / depth) * TileLibrary.LEFT_ROW + i % depth;
                assertEquals(at(source, depth + i), copies[place]);
            }
            assertEquals(GUARD, copies[TileLibrary.LEFT_ROW - 1], "before the first row");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 8, 4})
    void rightPanelsHoldColumnsAndZeros(int lanes) throws Exception {
        TileLibrary library = new TileLibrary(lanes);
        for (int width = 1; width <= library.columns(); width += width < 3 ? 1 : lanes - 1) {
            int lower = Math.min(width, lanes);
            int upper = width - lower;
            List<String> names = new ArrayList<>(List.of(
                    library.packRight(width), library.packRightTransposed(lower), library.packRightTransposed(upper)));
            Class<?> tiles = compile(library, names.stream().distinct().toList());
            for (int depth : new int[] {1, lanes, 2 * lanes + 3}) {
                MemorySegment source = buffer((long) width * depth);
                MemorySegment straight = buffer(library.rightPanel(depth));
                MemorySegment turned = buffer(library.rightPanel(depth));
                call(tiles, names.get(0), source, 0L, 4 * width, straight, 0L, depth);
                call(tiles, names.get(1), source, 0L, 4 * depth, turned, 0L, depth);
                call(tiles, names.get(2), source, 4L * lower * depth, 4 * depth, turned, 4L * lanes, depth);
                for (int i = 0; i < library.columns() * depth; i++) {
                    int k = i / library.columns();
                    int column = i % library.columns();
                    boolean exists = column < width;
                    assertEquals(exists ? at(source, (long) k * width + column) : 0f, at(straight, i));
                    assertEquals(exists ? at(source, (long) column * depth + k) : 0f, at(turned, i));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 8, 4})
    void copiesTouchOnlyTheirColumns(int lanes) throws Exception {
        TileLibrary library = new TileLibrary(lanes);
        for (int width = 1; width <= library.columns(); width += width < 3 ? 1 : lanes - 1) {
            Class<?> tiles = compile(library, List.of(library.copy(width, false), library.copy(width, true)));
            MemorySegment tile = buffer(3L * library.columns());
            int stride = width + 2;
            MemorySegment product = buffer(3L * stride);
            product.fill((byte) 0);
            for (int i = 0; i < 3 * stride; i++) {
                product.setAtIndex(FLOAT, i, GUARD);
            }
            call(tiles, library.copy(width, false), tile, product, 0L, 4 * stride, 3);
            call(tiles, library.copy(width, true), tile, product, 0L, 4 * stride, 3);
            for (int i = 0; i < 3 * stride; i++) {
                float value = at(tile, (long) i / stride * library.columns() + i % stride);
                assertEquals(i % stride < width ? value + value : GUARD, at(product, i));
            }
        }
    }

    @Test
    void onlyWhatKernelsAndItsOwnMethodsCallIsPrinted() {
        TileLibrary library = new TileLibrary(16);
        Statement tile = new Statement.Call(library.tile(12), List.of());
        Statement pack = new Statement.Call(library.packLeft(12), List.of());
        Value part = Kernel.PART;
        Statement loop =
                new Statement.For(Kernel.PART, part, part, 1, List.of(tile, new Statement.Call("own", List.of())));
        Kernel kernel = new Kernel(
                "kernel",
                List.of(),
                List.of(),
                List.of(),
                List.of(new Kernel.Phase("multiply", 1, List.of(loop))),
                List.of(new Method("own", "", List.of(), List.of(pack))));
        List<Method> used = library.usedBy(List.of(kernel, kernel));
        assertEquals(
                List.of("packLeft12", "tile12"), used.stream().map(Method::name).toList());
        assertTrue(JvmWriter.writeLibrary(TileLibrary.CLASS, used).contains("public static void tile12("));
    }

    @Test
    void refusesTilesThatDoNotFitRegisters() {
        TileLibrary library = new TileLibrary(8);
        assertThrows(AssertionError.class, () -> library.method("tile7"));
        assertThrows(AssertionError.class, () -> library.method("tile0"));
        assertThrows(AssertionError.class, () -> new TileLibrary(2));
    }

    private static Class<?> compile(TileLibrary library, List<String> names) throws Exception {
        List<Method> methods = names.stream().map(library::method).toList();
        String source = JvmWriter.writeLibrary(TileLibrary.CLASS, methods);
        return GeneratedClasses.compile(Map.of(TileLibrary.CLASS, source)).named(TileLibrary.CLASS);
    }

    private static void call(Class<?> tiles, String name, Object... arguments) throws Exception {
        String simple = name.substring(name.indexOf('.') + 1);
        for (java.lang.reflect.Method method : tiles.getMethods()) {
            if (method.getName().equals(simple)) {
                try {
                    method.invoke(null, arguments);
                } catch (InvocationTargetException failure) {
                    throw new AssertionError(name + Arrays.toString(arguments), failure.getCause());
                }
                return;
            }
        }
        throw new AssertionError("no method " + simple);
    }

    /** As large as a buffer is: rounded up to 64 bytes, and 64 bytes of room. */
    private MemorySegment buffer(long elements) {
        MemorySegment buffer = arena.allocate(Math.ceilDiv(elements * Float.BYTES, 64L) * 64 + 64, 64);
        for (long i = 0; i < buffer.byteSize() / Float.BYTES; i++) {
            buffer.setAtIndex(FLOAT, i, number());
        }
        return buffer;
    }

    private float number() {
        return (float) (random.nextDouble() - 0.5);
    }

    private static float at(MemorySegment buffer, long index) {
        return buffer.getAtIndex(FLOAT, index);
    }

    private static double sum(int depth, LongToDoubleFunction term) {
        double sum = 0;
        for (int k = 0; k < depth; k++) {
            sum += term.applyAsDouble(k);
        }
        return sum;
    }
}
