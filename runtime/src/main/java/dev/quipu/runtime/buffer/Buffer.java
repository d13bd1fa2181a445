package dev.quipu.runtime.buffer;

import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Int8Blocks;
import dev.quipu.dsl.QuipuException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Native memory for one tensor: a number of elements of one type, 64-byte aligned and zero at first.
 *
 * <p>The memory is padded to a multiple of 64 bytes and followed by {@value #SLACK} more, so that a kernel's masked
 * vector load or store that starts at a valid element never leaves the segment. The arena that the buffer was allocated
 * from decides how long it lives; a buffer that several threads use comes from a shared arena.
 */
public final class Buffer {
    /** Alignment in bytes: a cache line, and the widest vector. */
    public static final int ALIGNMENT = 64;

    /** Bytes behind the padded elements: one vector of the widest species. */
    public static final int SLACK = 64;

    /** Bytes in front of the elements of an allocated buffer, which a device may write to. */
    public static final int HEADER = 16;

    private final DType type;
    private final long length;
    private final MemorySegment segment;
    private final MemorySegment front;

    private Buffer(DType type, long length, MemorySegment segment, MemorySegment front) {
        this.type = type;
        this.length = length;
        this.segment = segment;
        this.front = front;
    }

    /**
     * Allocates a zeroed buffer.
     *
     * @param length number of elements, 0 or more; whole blocks
     * @throws QuipuException if the machine has not that much memory left
     */
    public static Buffer allocate(Arena arena, DType type, long length) {
        Objects.requireNonNull(type, "type");
        if (length < 0) {
            throw new AssertionError("negative buffer length " + length);
        }
        long bytes = allocatedBytes(type, length);
        try {
            MemorySegment memory = LargePages.allocate(arena, ALIGNMENT + bytes, ALIGNMENT);
            return new Buffer(type, length, memory.asSlice(ALIGNMENT), memory.asSlice(ALIGNMENT - HEADER));
        } catch (OutOfMemoryError e) {
            throw new QuipuException(
                    "memory: expected " + bytes + " free bytes for a tensor of " + length + " " + type
                            + " elements, found fewer; use a smaller batch, sequence or model",
                    e);
        }
    }

    /**
     * A buffer over memory that somebody else allocated.
     *
     * @param segment what {@link #allocatedBytes} says, 64-byte aligned
     */
    public static Buffer over(DType type, long length, MemorySegment segment) {
        if (segment.byteSize() < allocatedBytes(type, length) || segment.address() % ALIGNMENT != 0) {
            throw new AssertionError(length + " " + type + " elements over " + segment);
        }
        return new Buffer(type, length, segment, MemorySegment.NULL);
    }

    /**
     * Bytes that so many elements take in memory, padding and slack included; {@link #allocate} takes {@value
     * #ALIGNMENT} more, for the header.
     */
    public static long allocatedBytes(DType type, long length) {
        long bytes = type.bytes(length);
        return Math.addExact(Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT, SLACK);
    }

    /** The type of the elements. */
    public DType type() {
        return type;
    }

    /** The number of elements, padding and slack not counted. */
    public long length() {
        return length;
    }

    /** Bytes of the elements alone, padding and slack not counted. */
    public long byteSize() {
        return type.bytes(length);
    }

    /** Elements from the beginning of one buffer to that of the next, where several lie in one memory. */
    public static long stride(DType type, long length) {
        long block = type.bytes(type.block());
        long bytes = Math.ceilDiv(allocatedBytes(type, length), ALIGNMENT) * ALIGNMENT;
        while (bytes % block != 0) {
            bytes += ALIGNMENT;
        }
        return bytes / block * type.block();
    }

    /** The whole allocation, padding and slack included: what kernels are given. */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * {@value #HEADER} bytes that are nobody's, and the elements behind them.
     *
     * @throws AssertionError if the buffer was not allocated here, and so has none
     */
    public MemorySegment withHeader() {
        if (front.equals(MemorySegment.NULL)) {
            throw new AssertionError(this + " has no header");
        }
        return front.asSlice(0, HEADER + byteSize());
    }

    /** The elements alone, without padding and slack. */
    public MemorySegment elements() {
        return segment.asSlice(0, byteSize());
    }

    /** The F32 element at an index. */
    public float getFloat(long index) {
        check(DType.F32, index, 1);
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    /** Sets the F32 element at an index. */
    public void setFloat(long index, float value) {
        check(DType.F32, index, 1);
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }

    /** The BF16 element at an index, exactly. */
    public float getBFloat16(long index) {
        check(DType.BF16, index, 1);
        return BFloat16.value(segment.getAtIndex(ValueLayout.JAVA_SHORT, index));
    }

    /** Sets the BF16 element at an index to the nearest number. */
    public void setBFloat16(long index, float value) {
        check(DType.BF16, index, 1);
        segment.setAtIndex(ValueLayout.JAVA_SHORT, index, BFloat16.bits(value));
    }

    /** The INT8 element at an index, where rows are counted in whole blocks. */
    public float getInt8(long index) {
        check(DType.INT8, index, 1);
        return Int8Blocks.value(segment, index * Float.BYTES);
    }

    /** The I32 element at an index. */
    public int getInt(long index) {
        check(DType.I32, index, 1);
        return segment.getAtIndex(ValueLayout.JAVA_INT, index);
    }

    /** Sets the I32 element at an index. */
    public void setInt(long index, int value) {
        check(DType.I32, index, 1);
        segment.setAtIndex(ValueLayout.JAVA_INT, index, value);
    }

    /** Copies all of an array into an F32 buffer, from an index on. */
    public void setFloats(long index, float[] values) {
        check(DType.F32, index, values.length);
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, index * Float.BYTES, values.length);
    }

    /** Copies all of an array into an I32 buffer, from an index on. */
    public void setInts(long index, int[] values) {
        check(DType.I32, index, values.length);
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_INT, index * Integer.BYTES, values.length);
    }

    /** All elements of an F32 buffer, in a new array. */
    public float[] toFloats() {
        check(DType.F32, 0, length);
        return elements().toArray(ValueLayout.JAVA_FLOAT);
    }

    /** All elements of an I32 buffer, in a new array. */
    public int[] toInts() {
        check(DType.I32, 0, length);
        return elements().toArray(ValueLayout.JAVA_INT);
    }

    /** Copies the elements of a buffer of the same type and length into this one. */
    public void copyFrom(Buffer source) {
        if (source.type != type || source.length != length) {
            throw new AssertionError("copy from " + source + " to " + this);
        }
        elements().copyFrom(source.elements());
    }

    /** Sets every element to zero. */
    public void clear() {
        segment.fill((byte) 0);
    }

    private void check(DType asked, long index, long count) {
        if (asked != type) {
            throw new AssertionError(asked + " access to a buffer of " + type);
        }
        Objects.checkFromIndexSize(index, count, length);
    }

    @Override
    public String toString() {
        return "Buffer[" + length + " " + type + "]";
    }
}
