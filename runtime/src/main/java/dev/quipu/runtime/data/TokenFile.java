package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * A text as tokens in a memory-mapped file: a {@link TokenFileHeader}, then one little-endian unsigned number of 2 or 4 bytes
 * per token, then where documents end and which tokens are to be learned.
 */
public final class TokenFile implements AutoCloseable {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long CHECKED_AT_ONCE = 64L << 20;

    private final Arena arena;
    private final TokenFileHeader header;
    private final MemorySegment data;

    private TokenFile(Arena arena, TokenFileHeader header, MemorySegment data) {
        this.arena = arena;
        this.header = header;
        this.data = data;
    }

    /**
     * Maps a file and checks it, the checksum of its data included.
     *
     * @throws QuipuException if it is missing, damaged or of another version
     */
    public static TokenFile open(Path path) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            TokenFileHeader header = TokenFileHeader.read(path, all);
            MemorySegment data = all.asSlice(TokenFileHeader.BYTES);
            if (checksum(data) != header.checksum()) {
                throw QuipuException.of("undamaged tokens", "a wrong checksum", path.toString(), "delete the file");
            }
            return new TokenFile(arena, header, data);
        } catch (IOException e) {
            arena.close();
            throw new QuipuException(path + ": expected a readable token file, found " + FileFailure.reason(e), e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static int checksum(MemorySegment data) {
        CRC32C checksum = new CRC32C();
        for (long offset = 0; offset < data.byteSize(); offset += CHECKED_AT_ONCE) {
            long bytes = Math.min(CHECKED_AT_ONCE, data.byteSize() - offset);
            checksum.update(data.asSlice(offset, bytes).asByteBuffer());
        }
        return (int) checksum.getValue();
    }

    /** The number of tokens. */
    public long length() {
        return header.tokens();
    }

    /** The size of the tokenizer's vocabulary; every token is below it. */
    public int vocabularySize() {
        return header.vocabularySize();
    }

    /** The number of documents. */
    public long documents() {
        return header.documents();
    }

    /** The position behind the last token of a document, which is where the next one begins. */
    public long documentEnd(long document) {
        Objects.checkIndex(document, documents());
        return data.get(LONG, header.endsAt() + document * Long.BYTES);
    }

    /** The number of the first document that ends behind a position; the number of documents where none does. */
    public long documentAt(long position) {
        long low = 0;
        long high = documents();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (documentEnd(middle) > position) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Whether only some of the tokens are to be learned: the answers of conversations. */
    public boolean isSelective() {
        return header.selective();
    }

    /** Whether a model is to learn to write the token at a position. */
    public boolean isLearned(long position) {
        Objects.checkIndex(position, length());
        if (!header.selective()) {
            return true;
        }
        byte bits = data.get(ValueLayout.JAVA_BYTE, header.learnedAt() + position / Byte.SIZE);
        return (bits >> position % Byte.SIZE & 1) != 0;
    }

    /** How many of some tokens are to be learned. */
    public int learned(long position, int count) {
        if (!header.selective()) {
            return count;
        }
        int learned = 0;
        for (int i = 0; i < count; i++) {
            learned += isLearned(position + i) ? 1 : 0;
        }
        return learned;
    }

    /** The size of the text that is to be learned, in bytes of UTF-8, for bits per byte. */
    public long textBytes() {
        return header.textBytes();
    }

    /** CRC-32C of all data: another text has another. */
    public int checksum() {
        return header.checksum();
    }

    /** All tokens. */
    public TokenRange all() {
        return new TokenRange(0, length());
    }

    /** The token at a position. */
    public int get(long position) {
        return header.bytesPerToken() == Short.BYTES
                ? Short.toUnsignedInt(data.getAtIndex(SHORT, position))
                : data.getAtIndex(INT, position);
    }

    /** Copies tokens as 32-bit numbers into native memory, from an element index of the target on. */
    public void copy(long position, int count, MemorySegment target, long targetIndex) {
        Objects.checkFromIndexSize(position, count, length());
        for (int i = 0; i < count; i++) {
            target.setAtIndex(ValueLayout.JAVA_INT, targetIndex + i, get(position + i));
        }
    }

    /** As {@link #copy}, with {@link BatchBuffers#NOTHING} in the place of tokens that are not to be learned. */
    public void copyTargets(long position, int count, MemorySegment target, long targetIndex) {
        copy(position, count, target, targetIndex);
        if (header.selective()) {
            for (int i = 0; i < count; i++) {
                if (!isLearned(position + i)) {
                    target.setAtIndex(ValueLayout.JAVA_INT, targetIndex + i, BatchBuffers.NOTHING);
                }
            }
        }
    }

    /** Unmaps the file. */
    @Override
    public void close() {
        arena.close();
    }
}
