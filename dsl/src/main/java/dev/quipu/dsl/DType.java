package dev.quipu.dsl;

/** Element type of a tensor. */
public enum DType {
    /** IEEE 754 binary32. */
    F32("f32", 4),
    /** 32-bit two's complement, for token ids and positions. */
    I32("i32", 4);

    private final String text;
    private final int bytes;

    DType(String text, int bytes) {
        this.text = text;
        this.bytes = bytes;
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
