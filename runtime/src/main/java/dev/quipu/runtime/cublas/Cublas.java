package dev.quipu.runtime.cublas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;

/** The library: NVIDIA's cuBLAS 12 or 13, of which Quipu calls the products of general matrices with mixed types. */
public final class Cublas {
    /** Names of the library, the newest first, as the system's loader finds them. */
    public static final List<String> NAMES =
            List.of("libcublas.so.13", "libcublas.so.12", "libcublas.so", "cublas64_13", "cublas64_12");

    private static final int SUCCESS = 0;

    // cublasOperation_t, cudaDataType_t, cublasComputeType_t and cublasGemmAlgo_t
    private static final int AS_IT_IS = 0;
    private static final int TRANSPOSED = 1;
    private static final int TYPE_F32 = 0;
    private static final int TYPE_BF16 = 14;
    private static final int COMPUTE_F32 = 68;
    private static final int COMPUTE_TF32 = 77;
    private static final int DEFAULT_ALGORITHM = -1;

    private final MethodHandle create;
    private final MethodHandle destroy;
    private final MethodHandle setStream;
    private final MethodHandle product;
    private final MethodHandle batchedProduct;
    private final MemorySegment one;
    private final MemorySegment zero;

    private Cublas(SymbolLookup library) {
        create = function(library, "cublasCreate_v2", ADDRESS);
        destroy = function(library, "cublasDestroy_v2", ADDRESS);
        setStream = function(library, "cublasSetStream_v2", ADDRESS, ADDRESS);
        product = function(
                library,
                "cublasGemmEx",
                arguments(
                        sizes(),
                        List.of(ADDRESS),
                        matrix(),
                        matrix(),
                        List.of(ADDRESS),
                        matrix(),
                        List.of(JAVA_INT, JAVA_INT)));
        batchedProduct = function(
                library,
                "cublasGemmStridedBatchedEx",
                arguments(
                        sizes(),
                        List.of(ADDRESS),
                        matrix(),
                        List.of(JAVA_LONG),
                        matrix(),
                        List.of(JAVA_LONG),
                        List.of(ADDRESS),
                        matrix(),
                        List.of(JAVA_LONG),
                        List.of(JAVA_INT, JAVA_INT, JAVA_INT)));
        one = Arena.global().allocateFrom(JAVA_FLOAT, 1);
        zero = Arena.global().allocateFrom(JAVA_FLOAT, 0);
    }

    /** Handle, two operations, m, n, k. */
    private static List<MemoryLayout> sizes() {
        return List.of(ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    }

    /** Address on the device, type, leading dimension. */
    private static List<MemoryLayout> matrix() {
        return List.of(JAVA_LONG, JAVA_INT, JAVA_INT);
    }

    @SafeVarargs
    private static MemoryLayout[] arguments(List<MemoryLayout>... parts) {
        List<MemoryLayout> all = new ArrayList<>();
        for (List<MemoryLayout> part : parts) {
            all.addAll(part);
        }
        return all.toArray(MemoryLayout[]::new);
    }

    private static MethodHandle function(SymbolLookup library, String name, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    /** The library that the system's loader finds; none where there is none, or one without what is called. */
    public static Optional<Cublas> find() {
        return NAMES.stream().map(Cublas::of).flatMap(Optional::stream).findFirst();
    }

    /**
     * The library of a name.
     *
     * @param library a path, or a name for the system's loader
     */
    public static Optional<Cublas> of(String library) {
        try {
            return Optional.of(new Cublas(SymbolLookup.libraryLookup(library, Arena.global())));
        } catch (IllegalArgumentException | NoSuchElementException absent) {
            return Optional.empty();
        }
    }

    /**
     * A handle whose products run on a stream of the calling thread's CUDA context, in the order in which they are asked for.
     *
     * @param stream the address of a CUstream
     * @throws QuipuException if cuBLAS refuses, for one because the device's memory is full
     */
    public Handle on(long stream) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment created = arena.allocate(ADDRESS);
            check(call(create, created), "cublasCreate");
            Handle handle = new Handle(created.get(ADDRESS, 0));
            check(call(setStream, handle.address, MemorySegment.ofAddress(stream)), "cublasSetStream");
            return handle;
        }
    }

    /** Products on one stream. */
    public final class Handle implements AutoCloseable {
        private final MemorySegment address;

        private Handle(MemorySegment address) {
            this.address = address;
        }

        /**
         * Asks for a product and does not wait for it.
         *
         * @throws QuipuException if cuBLAS refuses
         */
        public void multiply(CublasProduct wanted, CublasProduct.Addresses where) {
            try {
                int status = wanted.batch() == 1 ? one(wanted, where) : batch(wanted, where);
                check(status, wanted.toString());
            } catch (RuntimeException | Error failure) {
                throw failure;
            } catch (Throwable failure) {
                throw new AssertionError(failure);
            }
        }

        private int one(CublasProduct wanted, CublasProduct.Addresses where) throws Throwable {
            CublasProduct.ColumnMajor sizes = wanted.columnMajor();
            return (int) product.invokeExact(
                    address,
                    operation(sizes.transposeFirst()),
                    operation(sizes.transposeSecond()),
                    sizes.m(),
                    sizes.n(),
                    sizes.k(),
                    one,
                    where.right(),
                    type(wanted.factors()),
                    sizes.firstLeading(),
                    where.left(),
                    type(wanted.factors()),
                    sizes.secondLeading(),
                    kept(wanted),
                    where.result(),
                    type(wanted.result()),
                    sizes.resultLeading(),
                    compute(wanted),
                    DEFAULT_ALGORITHM);
        }

        private int batch(CublasProduct wanted, CublasProduct.Addresses where) throws Throwable {
            CublasProduct.ColumnMajor sizes = wanted.columnMajor();
            return (int) batchedProduct.invokeExact(
                    address,
                    operation(sizes.transposeFirst()),
                    operation(sizes.transposeSecond()),
                    sizes.m(),
                    sizes.n(),
                    sizes.k(),
                    one,
                    where.right(),
                    type(wanted.factors()),
                    sizes.firstLeading(),
                    sizes.firstStride(),
                    where.left(),
                    type(wanted.factors()),
                    sizes.secondLeading(),
                    sizes.secondStride(),
                    kept(wanted),
                    where.result(),
                    type(wanted.result()),
                    sizes.resultLeading(),
                    sizes.resultStride(),
                    wanted.batch(),
                    compute(wanted),
                    DEFAULT_ALGORITHM);
        }

        @Override
        public void close() {
            check(call(destroy, address), "cublasDestroy");
        }
    }

    private static int operation(boolean transposed) {
        return transposed ? TRANSPOSED : AS_IT_IS;
    }

    /** The factor of what the result holds already. */
    private MemorySegment kept(CublasProduct product) {
        return product.accumulate() ? one : zero;
    }

    private static int compute(CublasProduct product) {
        return product.tf32() ? COMPUTE_TF32 : COMPUTE_F32;
    }

    private static int type(DType type) {
        return type == DType.BF16 ? TYPE_BF16 : TYPE_F32;
    }

    private static int call(MethodHandle function, Object... arguments) {
        try {
            return (int) function.invokeWithArguments(arguments);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    private static void check(int status, String what) {
        if (status != SUCCESS) {
            throw QuipuException.of("cuBLAS to succeed", "status " + status + meaning(status), what, "");
        }
    }

    private static String meaning(int status) {
        List<Integer> numbers = List.of(1, 3, 7, 8, 13, 14, 15);
        List<String> names = List.of(
                "not initialised",
                "the device's memory is full",
                "an invalid value",
                "not on this kind of device",
                "the execution failed",
                "an internal error",
                "not supported");
        return IntStream.range(0, numbers.size())
                .filter(i -> numbers.get(i) == status)
                .mapToObj(i -> ": " + names.get(i))
                .findFirst()
                .orElse("");
    }
}
