package dev.quipu.codegen.gpu;

import dev.quipu.codegen.launch.MatrixProduct;

/** Matrix products on GPUs. Which way one goes, and so the order of its additions, follows from its shape alone. */
final class ProductLowering {
    private ProductLowering() {}

    static GpuLowering.Lowered lower(String name, MatrixProduct product) {
        Memories memories = Memories.of(product.buffers(), product.epilogue(), "left", "right");
        if (ThinProduct.suits(product)) {
            return GpuLowering.Lowered.of(ThinProduct.lower(name, product, memories));
        }
        ProductTiling tiling = ProductTiling.of(product);
        if (tiling.parts() > 1) {
            return ProductParts.lower(name, tiling, memories);
        }
        return GpuLowering.Lowered.of(
                new TiledProduct(tiling, memories).kernel(name, ProductEnd.epilogue(product, memories)));
    }
}
