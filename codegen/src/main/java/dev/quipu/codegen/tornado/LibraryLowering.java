package dev.quipu.codegen.tornado;

import dev.quipu.codegen.gpu.GpuKernel;
import dev.quipu.codegen.gpu.GpuLowering;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.BufferNames;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Expression;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Divides a matrix product between a library and a kernel. The library stores the sums: where they are stored anyway, or adds
 * them to what they are added to; else in memory of their own. A row program does what the epilogue has beside that.
 *
 * <pre>
 * y = silu(gate) * product         library: sums = left right         rows: load sums, load gate, y = silu(gate) * sums
 * store product, store y           library: store product             rows: load product, ...
 * gradient += product              library: gradient += left right
 * </pre>
 */
final class LibraryLowering {
    private final String name;
    private final MatrixProduct product;

    /** A launch's kernels, of which the first has no body: it stands for the call. */
    record Divided(LibraryCall call, GpuLowering.Lowered lowered) {}

    private LibraryLowering(String name, MatrixProduct product) {
        this.name = name;
        this.product = product;
    }

    static Divided divide(String name, MatrixProduct product) {
        return new LibraryLowering(name, product).divide();
    }

    private Divided divide() {
        Set<String> sums = namesOfSums();
        List<Step> others = product.epilogue().stream()
                .filter(step -> !(step instanceof Step.Map map && sums.contains(map.name())))
                .toList();
        Optional<Step.Store> only = others.size() == 1 ? sumStore(others.getFirst(), sums) : Optional.empty();
        if (only.isPresent() && isForLibrary(only.get())) {
            Step.Store store = only.get();
            return new Divided(
                    new LibraryCall(product, store.access().buffer(), store.accumulate()),
                    new GpuLowering.Lowered(List.of(signature()), List.of()));
        }
        return others.stream()
                .flatMap(step -> sumStore(step, sums).stream())
                .filter(this::isPlain)
                .findFirst()
                .map(this::overStored)
                .orElseGet(this::overScratch);
    }

    /** What the epilogue calls the product's element: by its name, and by those of maps that do nothing. */
    private Set<String> namesOfSums() {
        Set<String> names = new HashSet<>(Set.of(MatrixProduct.PRODUCT));
        for (Step step : product.epilogue()) {
            if (step instanceof Step.Map(String name, Expression.Name(String of)) && names.contains(of)) {
                names.add(name);
            }
        }
        return names;
    }

    private Optional<Step.Store> sumStore(Step step, Set<String> sums) {
        return step instanceof Step.Store store
                        && sums.contains(store.name())
                        && store.access().isDense(product.space())
                ? Optional.of(store)
                : Optional.empty();
    }

    /** The library rounds sums of bf16 factors where it stores them, but does not add to what is rounded. */
    private boolean isForLibrary(Step.Store store) {
        DType stored = type(store);
        boolean rounds = product.buffers().getFirst().dtype() == DType.BF16 && !store.accumulate();
        return stored == DType.F32 || (stored == DType.BF16 && rounds);
    }

    /** Whether the epilogue can find the sums where they are stored: unrounded, and nothing in their place before. */
    private boolean isPlain(Step.Store store) {
        return type(store) == DType.F32
                && product.buffers().get(store.access().buffer()).use() == Buffer.Use.WRITE;
    }

    private DType type(Step.Store store) {
        return product.buffers().get(store.access().buffer()).dtype();
    }

    private Divided overStored(Step.Store store) {
        List<Step> steps = new ArrayList<>(product.epilogue());
        steps.remove(store);
        int buffer = store.access().buffer();
        return new Divided(
                new LibraryCall(product, buffer, false),
                new GpuLowering.Lowered(
                        List.of(signature(), rest(product.buffers(), store.access(), steps)), List.of()));
    }

    private Divided overScratch() {
        LibraryCall call = new LibraryCall(product, product.buffers().size(), false);
        List<Buffer> buffers = new ArrayList<>(product.buffers());
        buffers.add(new Buffer(DType.F32, call.elements(), Buffer.Use.READ));
        GpuKernel rest = rest(buffers, dense(product.buffers().size()), product.epilogue());
        return new Divided(call, new GpuLowering.Lowered(List.of(signature(), rest), List.of(call.elements())));
    }

    private GpuKernel rest(List<Buffer> buffers, Access sums, List<Step> steps) {
        List<Step> all = new ArrayList<>(List.of(new Step.Load(MatrixProduct.PRODUCT, sums)));
        all.addAll(steps);
        GpuLowering.Lowered rows = GpuLowering.lower(name + "_epilogue", new RowProgram(product.space(), buffers, all));
        if (rows.kernels().size() != 1 || !rows.scratch().isEmpty()) {
            throw new AssertionError("an epilogue is one kernel: " + product);
        }
        return rows.kernels().getFirst();
    }

    private Access dense(int buffer) {
        Space space = product.space();
        Long[] strides = new Long[space.outer().size()];
        long stride = space.width();
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= space.outer().get(i);
        }
        return new Access(buffer, 0, List.of(strides), 1);
    }

    /** Names of the memories, for a kernel that is not printed. */
    private GpuKernel signature() {
        List<String> names = new ArrayList<>(BufferNames.of(product.buffers(), product.epilogue(), "left", "right"));
        names.add("sums");
        List<GpuKernel.Memory> memories = names.stream()
                .map(memory -> new GpuKernel.Memory(
                        new Value.Variable(memory + "_array", KernelType.FLOATS),
                        new Value.Variable(memory + "_base", KernelType.INT)))
                .toList();
        return new GpuKernel(name, List.of(), memories, 1, 1, List.of());
    }
}
