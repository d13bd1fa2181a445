package dev.quipu.runtime.onednn;

import dev.quipu.codegen.jvm.JvmProduct;
import dev.quipu.codegen.kernel.ProductShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The products of a device's kernels: each shape is made once, for all workers. */
public final class OneDnnProducts {
    /** {@code dnnl_cpu} of dnnl_common_types.h. */
    private static final int PROCESSOR = 1;

    private final Arena arena;
    private final int count;
    private final Map<ProductShape, JvmProduct[]> products = new HashMap<>();
    private OneDnnWorker[] workers = {};

    /**
     * Products of so many workers; the library is asked for with the first of them.
     *
     * @param arena decides how long they live
     */
    public OneDnnProducts(Arena arena, int workers) {
        this.arena = arena;
        this.count = workers;
    }

    /** A product for each worker, which others may share with it. */
    public JvmProduct[] of(ProductShape shape) {
        if (workers.length == 0) {
            Functions functions = OneDnn.require().functions();
            MemorySegment engine = functions.kept(arena, "dnnl_engine_destroy", "dnnl_engine_create", PROCESSOR, 0L);
            workers = IntStream.range(0, count)
                    .mapToObj(worker -> new OneDnnWorker(functions, engine, arena))
                    .toArray(OneDnnWorker[]::new);
        }
        JvmProduct[] known = products.get(shape);
        if (known == null) {
            known = TurnedProduct.suits(shape) ? turned(shape) : make(shape);
            products.put(shape, known);
        }
        return known;
    }

    private JvmProduct[] turned(ProductShape shape) {
        List<JvmProduct[]> steps =
                TurnedProduct.steps(shape).stream().map(this::of).toList();
        return IntStream.range(0, count)
                .mapToObj(worker -> new TurnedProduct(
                        workers[worker],
                        shape,
                        steps.stream().map(step -> step[worker]).toArray(JvmProduct[]::new)))
                .toArray(JvmProduct[]::new);
    }

    private JvmProduct[] make(ProductShape shape) {
        workers[0].keepToOneThread();
        Primitive primitive = Primitive.of(shape, workers[0].functions(), workers[0].engine(), arena);
        return Stream.of(workers)
                .map(worker -> new OneDnnProduct(worker, primitive, arena))
                .toArray(JvmProduct[]::new);
    }
}
