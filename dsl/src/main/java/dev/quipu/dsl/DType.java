package dev.quipu.dsl;

/** Element type of a tensor. */
public enum DType {
    /** IEEE 754 binary32. */
    F32("f32", 1, 4),
    /** The upper half of an f32, see {@link BFloat16}: a format of storage. Products read it; nothing else computes in it. */
    BF16("bf16", 1, 2),
    /** A row's blocks of bytes with a factor each, see {@link Int8Blocks}: a format of weights that nobody changes. */
    INT8("int8", Int8Blocks.ELEMENTS, Int8Blocks.BYTES),
    /** 32-bit two's complement, for token ids and positions. */
    I32("i32", 1, 4);

    private final String text;
    private final int block;
    private final int blockBytes;

    DType(String text, int block, int blockBytes) {
        this.text = text;
        this.block = block;
        this.blockBytes = blockBytes;
    }

    /** Whether elements are numbers with fractions, which have gradients. */
    public boolean isReal() {
        return this != I32;
    }

    /** Neighbours in a row that are stored together, and of which a row has whole blocks: 1 but for {@link #INT8}. */
    public int block() {
        return block;
    }

    /**
     * Size of one element in bytes.
     *
     * @throws AssertionError where several are stored together
     */
    public int bytes() {
        if (block > 1) {
            throw new AssertionError("no element of " + this + " has bytes of its own");
        }
        return blockBytes;
    }

    /**
     * Size of some elements in bytes.
     *
     * @param elements whole blocks
     */
    public long bytes(long elements) {
        if (elements % block != 0) {
            throw new AssertionError(elements + " elements in blocks of " + block);
        }
        return Math.multiplyExact(elements / block, (long) blockBytes);
    }

    /** So many elements of a row, rounded up to whole blocks. */
    public long whole(long elements) {
        return Math.ceilDiv(elements, (long) block) * block;
    }

    @Override
    public String toString() {
        return text;
    }
}
