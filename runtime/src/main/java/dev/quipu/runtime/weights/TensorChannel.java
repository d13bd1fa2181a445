package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that tensors are written to one after the other, converted in pieces, so that no second copy of a tensor exists. It
 * writes through a channel and not through a mapping, because a full disk is an {@link IOException} there and a crash of
 * the process here.
 */
final class TensorChannel implements AutoCloseable {
    /** A channel takes byte buffers, which address at most 2 GiB; smaller pieces let an interrupt through. */
    private static final long PIECE_BYTES = 64L << 20;

    /** Elements that are converted at once, about: 4 MiB of floats. */
    private static final long PIECE_ELEMENTS = 1 << 20;

    private final FileChannel channel;
    private long position;

    private TensorChannel(FileChannel channel) {
        this.channel = channel;
    }

    /** Creates or empties a file. */
    static TensorChannel create(Path path) throws IOException {
        return new TensorChannel(FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE));
    }

    void write(byte[] bytes) throws IOException {
        writeAll(ByteBuffer.wrap(bytes), position);
        position += bytes.length;
    }

    /** Writes zeros up to a multiple of the alignment. */
    void align(int alignment) throws IOException {
        write(new byte[Math.floorMod(-position, alignment)]);
    }

    /** @throws QuipuException if the encoding cannot express a value */
    void write(TensorOutput tensor) throws IOException {
        if (tensor.source() instanceof StoredTensor stored && stored.type().equals(tensor.encoding())) {
            writeAll(stored.data(), position);
        } else {
            convert(tensor);
        }
        position += tensor.bytes();
    }

    private void convert(TensorOutput tensor) throws IOException {
        long step = step(tensor);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, step);
            MemorySegment encoded = arena.allocate(tensor.encoding().bytes(step));
            for (long first = 0; first < tensor.elements(); first += step) {
                long count = Math.min(step, tensor.elements() - first);
                tensor.source().copyFloatsTo(first, count, floats);
                tensor.encoding().encode(floats, count, encoded);
                place(tensor, first, count, encoded);
            }
        } catch (QuipuException e) {
            throw new QuipuException("tensor " + Printable.of(tensor.name()) + ": " + e.getMessage(), e);
        }
    }

    /** Pieces begin where a block of the source and one of the target begin. */
    private static long step(TensorOutput tensor) {
        long source = tensor.source().blockElements();
        long target = tensor.encoding().blockElements();
        long blocks = source / greatestCommonDivisor(source, target) * target;
        return Math.min(tensor.elements(), blocks * Math.ceilDiv(PIECE_ELEMENTS, blocks));
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    private void place(TensorOutput tensor, long first, long count, MemorySegment encoded) throws IOException {
        switch (tensor.encoding()) {
            case ElementType type -> writeAll(encoded.asSlice(0, type.bytes(count)), position + type.bytes(first));
            case BlockEncoding type -> writeAll(encoded.asSlice(0, type.bytes(count)), position + type.bytes(first));
            case GroupedInt8 type -> {
                // All values of the tensor come first, all scales after them.
                writeAll(encoded.asSlice(0, count), position + first);
                long scales = position + tensor.elements() + type.scaleBytes(first);
                writeAll(encoded.asSlice(count, type.scaleBytes(count)), scales);
            }
        }
    }

    private void writeAll(MemorySegment data, long at) throws IOException {
        for (long offset = 0; offset < data.byteSize(); offset += PIECE_BYTES) {
            long bytes = Math.min(PIECE_BYTES, data.byteSize() - offset);
            writeAll(data.asSlice(offset, bytes).asByteBuffer(), at + offset);
        }
    }

    private void writeAll(ByteBuffer buffer, long at) throws IOException {
        long next = at;
        while (buffer.hasRemaining()) {
            next += channel.write(buffer, next);
        }
    }

    /** Sees to it that the bytes are on the disk. */
    void force() throws IOException {
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
