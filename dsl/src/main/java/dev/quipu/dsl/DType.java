package dev.quipu.dsl;

/** Element type of a tensor. */
public enum DType {
    /** IEEE 754 binary32. */
    F32("f32", 4),
    /** The upper half of an f32, see {@link BFloat16}: a format of storage. Products read it; nothing else computes in it. */
    BF16("bf16", 2),
    /** 32-bit two's complement, for token ids and positions. */
    I32("i32", 4);

    private final String text;
    private final int bytes;

    DType(String text, int bytes) {
        this.text = text;
        this.bytes = bytes;
    }

    /** Whether elements are numbers with fractions, which have gradients. */
    public boolean isReal() {
        return this != I32;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return text;
    }
}
