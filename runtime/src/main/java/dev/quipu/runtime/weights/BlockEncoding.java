package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;

/**
 * The quantised encodings of GGUF files, named as ggml names them: blocks of neighbouring elements of a row with scales of
 * their own. Decoding gives the very bits that ggml's reference functions give, each operation rounded to a 32-bit float.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">The layouts of the blocks</a>
 */
public enum BlockEncoding implements Encoding {
    Q4_0(32, 18, SmallBlocks::decodeQ40),
    Q4_1(32, 20, SmallBlocks::decodeQ41),
    Q5_0(32, 22, SmallBlocks::decodeQ50),
    Q5_1(32, 24, SmallBlocks::decodeQ51),
    Q8_0(32, 34, SmallBlocks::decodeQ80),
    Q4_K(256, 144, SuperBlocks::decodeQ4K),
    Q5_K(256, 176, SuperBlocks::decodeQ5K),
    Q6_K(256, 210, SuperBlocks::decodeQ6K);

    private final int blockElements;
    private final int blockBytes;
    private final BlockDecoder decoder;

    BlockEncoding(int blockElements, int blockBytes, BlockDecoder decoder) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        this.decoder = decoder;
    }

    /** Decodes the block at a byte of the data to the floats from an index on. */
    @FunctionalInterface
    interface BlockDecoder {
        void decode(MemorySegment data, long at, MemorySegment floats, long first);
    }

    @Override
    public boolean isReal() {
        return true;
    }

    @Override
    public int blockElements() {
        return blockElements;
    }

    @Override
    public long bytes(long elements) {
        return elements % blockElements == 0 ? Math.multiplyExact(elements / blockElements, (long) blockBytes) : -1;
    }

    @Override
    public void decode(MemorySegment data, long first, long count, MemorySegment floats) {
        long at = bytes(first);
        for (long i = 0; i < count; i += blockElements) {
            decoder.decode(data, at, floats, i);
            at += blockBytes;
        }
    }

    @Override
    public void encode(MemorySegment floats, long elements, MemorySegment data) {
        switch (this) {
            case Q8_0 -> {
                for (long i = 0; i < elements; i += blockElements) {
                    SmallBlocks.encodeQ80(floats, i, data, bytes(i));
                }
            }
            case Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw QuipuException.of("F32, F16, BF16 or Q8_0", name(), "encoding", "Quipu only reads " + name());
        }
    }
}
