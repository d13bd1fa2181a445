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

    /** Elements of its memory: a row has whole blocks. */
    public long storedElements() {
        return dtype.block() == 1
                ? shape.elements()
                : Math.multiplyExact(shape.rows(), dtype.whole(shape.last().size()));
    }

    public long bytes() {
        return dtype.bytes(storedElements());
    }

    /** By hand: every pass compares the types of all tensors, and a record's own is slow until the JIT has compiled it. */
    @Override
    public boolean equals(Object object) {
        return this == object || (object instanceof Type other && dtype == other.dtype && shape.equals(other.shape));
    }

    @Override
    public int hashCode() {
        return 31 * dtype.hashCode() + shape.hashCode();
    }

    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
