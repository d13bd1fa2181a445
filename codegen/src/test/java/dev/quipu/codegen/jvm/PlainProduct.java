package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.ProductShape;
import dev.quipu.dsl.BFloat16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A product as its definition has it: every element one sum in the order of the depth. */
record PlainProduct(ProductShape shape) implements JvmProduct {
    @Override
    public void multiply(
            MemorySegment left, long leftAt, MemorySegment right, long rightAt, MemorySegment product, long productAt) {
        for (int row = 0; row < shape.rows(); row++) {
            for (int column = 0; column < shape.columns(); column++) {
                float sum = 0;
                for (int k = 0; k < shape.depth(); k++) {
                    float a = number(left, leftAt + row * shape.leftRow() + k * shape.leftColumn());
                    float b = number(right, rightAt + k * shape.rightRow() + column * shape.rightColumn());
                    sum = Math.fma(a, b, sum);
                }
                long at = productAt + row * shape.productRow() + column;
                float before = shape.adds() ? product.getAtIndex(ValueLayout.JAVA_FLOAT, at) : 0;
                product.setAtIndex(ValueLayout.JAVA_FLOAT, at, before + sum);
            }
        }
    }

    private static float number(MemorySegment memory, long at) {
        return BFloat16.value(memory.getAtIndex(ValueLayout.JAVA_SHORT, at));
    }
}
