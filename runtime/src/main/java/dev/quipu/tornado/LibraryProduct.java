package dev.quipu.tornado;

import dev.quipu.runtime.emulator.api.common.Access;
import dev.quipu.runtime.emulator.api.common.LibraryTaskDescriptor;
import dev.quipu.runtime.emulator.api.types.BFloat16;
import dev.quipu.runtime.emulator.api.types.arrays.BFloat16Array;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * A matrix product that a library computes, in a task graph. The library asks for {@link #get numbers} each time that it is
 * called, and where there is none, as in the emulator, the product can be {@link #accept computed} here.
 */
@SuppressWarnings("ReferenceEquality") // arrays are known by what they are
public final class LibraryProduct implements Supplier<int[]>, BiConsumer<int[], Object[]> {
    /** What the library is called in task graphs. */
    public static final String LIBRARY = "quipu/products";

    /** Arguments before the arrays of the matrices: the number of the run, and the places. */
    private static final int BEFORE = 2;

    private final IntArray iteration;
    private final IntArray places;
    private final int entry;
    private final int stride;
    private final TornadoNativeArray[] matrices;
    private final List<TornadoNativeArray> arrays = new ArrayList<>();
    private int batch = 1;
    private int rows = 1;
    private int columns = 1;
    private int depth = 1;
    private boolean transposeLeft;
    private boolean transposeRight;
    private boolean adding;
    private boolean rounding;

    /**
     * A product of matrices that begin where {@code places} says at {@code iteration * stride + entry} and behind it.
     *
     * @param left array of the left matrix; arrays may be the same
     */
    public LibraryProduct(
            IntArray iteration,
            IntArray places,
            int entry,
            int stride,
            TornadoNativeArray left,
            TornadoNativeArray right,
            TornadoNativeArray result) {
        this.iteration = iteration;
        this.places = places;
        this.entry = entry;
        this.stride = stride;
        matrices = new TornadoNativeArray[] {left, right, result};
        for (TornadoNativeArray matrix : matrices) {
            if (arrays.stream().noneMatch(known -> known == matrix)) {
                arrays.add(matrix);
            }
        }
    }

    /** So many products of {@code rows x depth} and {@code depth x columns}. */
    public LibraryProduct sizes(int newBatch, int newRows, int newColumns, int newDepth) {
        batch = newBatch;
        rows = newRows;
        columns = newColumns;
        depth = newDepth;
        return this;
    }

    /** Whether the matrices are stored transposed. */
    public LibraryProduct transposed(boolean left, boolean right) {
        transposeLeft = left;
        transposeRight = right;
        return this;
    }

    /** Whether what the result holds is added to. */
    public LibraryProduct adding(boolean adds) {
        adding = adds;
        return this;
    }

    /** Whether f32 may be rounded to tf32 before it is multiplied. */
    public LibraryProduct rounding(boolean rounds) {
        rounding = rounds;
        return this;
    }

    /** The task. */
    public LibraryTaskDescriptor descriptor() {
        List<Object> parameters = new ArrayList<>(List.of(iteration, places));
        List<Access> access = new ArrayList<>(List.of(Access.READ_ONLY, Access.READ_ONLY));
        for (TornadoNativeArray array : arrays) {
            parameters.add(array);
            access.add(array == matrices[2] ? Access.READ_WRITE : Access.READ_ONLY);
        }
        return new LibraryTaskDescriptor()
                .withLibrary(LIBRARY)
                .withFunction("multiply")
                .withParameters(parameters.toArray())
                .withAccess(access.toArray(Access[]::new))
                .withTuning(this);
    }

    /**
     * Batch, rows, columns, depth; 1 or 0 for: left is transposed, right is, the result is added to, f32 may be rounded; then for
     * left, right and result in turn the number of the argument, the first element, and the bytes of an element.
     */
    @Override
    public int[] get() {
        int[] numbers = Arrays.copyOf(
                new int[] {
                    batch, rows, columns, depth, bit(transposeLeft), bit(transposeRight), bit(adding), bit(rounding)
                },
                17);
        for (int i = 0; i < matrices.length; i++) {
            numbers[8 + 3 * i] = argument(i);
            numbers[9 + 3 * i] = places.get(iteration.get(0) * stride + entry + i);
            numbers[10 + 3 * i] = matrices[i].getElementSize();
        }
        return numbers;
    }

    private static int bit(boolean value) {
        return value ? 1 : 0;
    }

    private int argument(int matrix) {
        for (int i = 0; i < arrays.size(); i++) {
            if (arrays.get(i) == matrices[matrix]) {
                return BEFORE + i;
            }
        }
        throw new AssertionError("no argument");
    }

    /**
     * Computes the product.
     *
     * @param numbers of {@link #get}
     * @param arguments those of {@link #descriptor}, as a device has them
     */
    @Override
    public void accept(int[] numbers, Object[] arguments) {
        Object left = arguments[numbers[8]];
        Object right = arguments[numbers[11]];
        Object result = arguments[numbers[14]];
        for (int matrix = 0; matrix < batch; matrix++) {
            int a = numbers[9] + matrix * rows * depth;
            int b = numbers[12] + matrix * columns * depth;
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    float sum = 0;
                    for (int k = 0; k < depth; k++) {
                        sum += get(left, a + (transposeLeft ? k * rows + row : row * depth + k))
                                * get(right, b + (transposeRight ? column * depth + k : k * columns + column));
                    }
                    int place = numbers[15] + (matrix * rows + row) * columns + column;
                    set(result, place, adding ? get(result, place) + sum : sum);
                }
            }
        }
    }

    private static float get(Object array, int place) {
        return array instanceof BFloat16Array halves
                ? BFloat16.bf16ToFloat(halves.get(place))
                : ((FloatArray) array).get(place);
    }

    private static void set(Object array, int place, float value) {
        if (array instanceof BFloat16Array halves) {
            halves.set(place, BFloat16.bf16FromFloat(value));
        } else {
            ((FloatArray) array).set(place, value);
        }
    }
}
