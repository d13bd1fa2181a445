package dev.quipu.dsl;

/** What a tensor holds: element type and shape. Prints as {@code f32[batch=2, sequence=16]}. */
public record Type(DType dtype, Shape shape) {
    public static Type f32(Dim... dims) {
        return new Type(DType.F32, Shape.of(dims));
    }

    public static Type i32(Dim... dims) {
        return new Type(DType.I32, Shape.of(dims));
    }

    public Type withShape(Shape newShape) {
        return new Type(dtype, newShape);
    }

    public long bytes() {
        return Math.multiplyExact(shape.elements(), dtype.bytes());
    }

    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
