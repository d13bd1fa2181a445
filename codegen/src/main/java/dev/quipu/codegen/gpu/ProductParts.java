package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.MatrixProduct;
import java.util.List;

/**
 * Products with few elements and a long depth, such as gradients of weights over many tokens: groups compute parts of the sums
 * into scratch memory, then a kernel adds them in order and does with the elements what is to be done.
 */
final class ProductParts {
    private static final int ITEMS = 256;

    private ProductParts() {}

    static GpuLowering.Lowered lower(String name, ProductTiling tiling, Memories buffers) {
        Memories memories = buffers.withScratch("parts");
        GpuKernel multiply =
                new TiledProduct(tiling, memories).kernel(name, ProductEnd.parts(tiling, memories, memories.last()));
        return new GpuLowering.Lowered(
                List.of(multiply, add(name + "_sum", tiling, memories)),
                List.of(Math.multiplyExact(tiling.elements(), (long) tiling.parts())));
    }

    private static GpuKernel add(String name, ProductTiling tiling, Memories memories) {
        MatrixProduct product = tiling.product();
        int elements = Math.toIntExact(tiling.elements());
        Emitter emitter = memories.emitter();
        Value item = emitter.let("item", new Value.WorkItem(Value.Numbering.ITEM));
        Value group = emitter.let("group", new Value.WorkItem(Value.Numbering.GROUP));
        Value element = emitter.let("element", plus(times(group, ITEMS), item));
        emitter.when(new Value.Compare(Comparison.LESS, element, integer(elements)), body -> {
            Value.Variable sum = body.let("sum", memories.load(memories.last(), element));
            body.loop("part", integer(1), integer(tiling.parts()), 1, (loop, part) -> {
                Value other = memories.load(memories.last(), plus(times(part, elements), element));
                loop.add(new Statement.Assign(sum, plus(sum, other)));
            });
            Value column = body.let("column", GpuForms.remainder(element, product.columns()));
            Value row = GpuForms.divide(element, product.columns());
            ProductEnd.epilogue(product, memories).row(body, integer(0), row).element(body, column, sum);
        });
        int groups = Math.ceilDiv(elements, ITEMS);
        return new GpuKernel(name, List.of(), memories.all(), groups, ITEMS, emitter.statements());
    }
}
