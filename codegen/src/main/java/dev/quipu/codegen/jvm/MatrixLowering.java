package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.MatrixProduct;
import java.util.ArrayList;
import java.util.List;

/**
 * Matrix products on the JVM, over packed panels (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication",
 * 2008): the right matrix is packed once for all parts, each part copies its rows; a right matrix that is large and would have to
 * be transposed changes sides with the left. Products of few rows pack a panel of columns where it is used; {@link OuterProduct}
 * and {@link ThinProduct} pack nothing, and {@link RoundedProduct} leaves bf16 to a library. See
 * {@link MatrixBlocking} for how they are cut and {@link TileLibrary} for the inner loops.
 *
 * <p>Over panels every element is one sum in the order of the depth for each block of depth, and the blocks' sums are added in
 * their order, whatever the epilogue or the processor.
 */
final class MatrixLowering {
    /** So few that workers end together: nobody multiplies before all is packed. */
    private static final int FLOATS_OF_PACKING_PART = 16 * 1024;

    private MatrixLowering() {}

    /** The kernel of a product, for vectors of a number of floats. */
    static Kernel lower(String name, MatrixProduct product, int lanes) {
        if (ThinProduct.suits(product)) {
            return ThinProduct.lower(name, product, lanes);
        }
        if (RoundedProduct.suits(product)) {
            return RoundedProduct.lower(name, product, lanes);
        }
        if (OuterProduct.suits(product, lanes)) {
            return OuterProduct.lower(name, product, lanes);
        }
        List<Value.Variable> buffers = Segments.of(product.buffers(), product.epilogue(), "left", "right");
        Epilogue epilogue = new Epilogue(product, buffers, lanes);
        MatrixBlocking blocking = MatrixBlocking.of(
                product, new TileLibrary(lanes), epilogue.written().isEmpty());
        MatrixPacks packs = new MatrixPacks(blocking);
        MatrixParts parts = new MatrixParts(blocking, packs, buffers, epilogue);
        List<Kernel.Phase> phases = new ArrayList<>();
        if (blocking.sharesRightPanels()) {
            phases.add(packing(blocking, packs, buffers.get(blocking.right().buffer())));
        }
        phases.add(parts.phase());
        List<Method> methods = new ArrayList<>(packs.methods());
        methods.addAll(parts.methods());
        return new Kernel(name, List.of(), buffers, parts.scratch(), phases, methods);
    }

    private static Kernel.Phase packing(MatrixBlocking blocking, MatrixPacks packs, Value right) {
        int panels = blocking.columnPanels();
        int blocks = blocking.depthBlocks();
        int batch = blocking.product().batch();
        int units = Math.multiplyExact(batch, Math.multiplyExact(blocks, panels));
        int unitsOfPart =
                Math.ceilDiv(FLOATS_OF_PACKING_PART, blocking.library().rightPanel(blocking.blockDepth()));
        return PartLoop.phase("pack", units, unitsOfPart, "unit", (body, unit) -> {
            Value panel = MatrixParts.coordinate(body, "panel", unit, 1, panels);
            Value block = MatrixParts.coordinate(body, "block", unit, panels, blocks);
            Value k = times(block, blocking.blockDepth());
            Value product = MatrixParts.coordinate(body, "product", unit, panels * blocks, batch);
            Value to = times(toLong(unit), blocking.rightPanelBytes());
            Value depth = MatrixParts.least(
                    blocking.blockDepth(), k, blocking.product().depth());
            body.add(packs.right(right, product, panel, k, MatrixParts.RIGHT_PANELS, to, depth));
        });
    }
}
