package dev.quipu.codegen.gpu;

import dev.quipu.codegen.launch.MatrixProduct;

/** Matrix products on GPUs. Which way one goes, and so the order of its additions, follows from its shape alone. */
final class ProductLowering {
    private ProductLowering() {}

    static GpuLowering.Lowered lower(String name, MatrixProduct product) {
        return ThinProduct.suits(product)
                ? GpuLowering.Lowered.of(ThinProduct.lower(name, product, memories(product)))
                : lower(name, ProductTiling.of(product));
    }

    /** A product in tiles. */
    static GpuLowering.Lowered lower(String name, ProductTiling tiling) {
        Memories memories = memories(tiling.product());
        if (tiling.parts() > 1) {
            return ProductParts.lower(name, tiling, memories);
        }
        ProductEnd end = ProductEnd.epilogue(tiling.product(), memories);
        return GpuLowering.Lowered.of(new TiledProduct(tiling, memories).kernel(name, end));
    }

    private static Memories memories(MatrixProduct product) {
        return Memories.of(product.buffers(), product.epilogue(), "left", "right");
    }
}
