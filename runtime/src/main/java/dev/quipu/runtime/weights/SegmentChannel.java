package dev.quipu.runtime.weights;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** Bytes in memory, of any length, for a library that reads channels. */
final class SegmentChannel implements SeekableByteChannel {
    private final MemorySegment bytes;
    private long position;

    SegmentChannel(MemorySegment bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read(ByteBuffer target) {
        if (position >= bytes.byteSize()) {
            return -1;
        }
        int length = (int) Math.min(target.remaining(), bytes.byteSize() - position);
        target.put(bytes.asSlice(position, length).asByteBuffer());
        position += length;
        return length;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) throws IOException {
        // Damaged files ask for it, so it is a failure to read them and not a programmer's mistake.
        if (newPosition < 0) {
            throw new EOFException("a position of " + newPosition);
        }
        position = newPosition;
        return this;
    }

    @Override
    public long size() {
        return bytes.byteSize();
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
