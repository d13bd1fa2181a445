package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The first {@value #BYTES} bytes of a token file, little-endian: magic (8 bytes), version (4), bytes per token (4), vocabulary
 * (4), CRC-32C of the data (4), tokens (8), documents (8), bytes of text (8), {@value #LEARNED} where only some tokens are to be
 * learned, otherwise 0 (4), zeros (8), CRC-32C of the bytes before (4).
 *
 * <p>The data: the tokens; for each document the position behind its last token (8); where only some tokens are to be learned, a
 * bit for each token, the first in the lowest bit of the first byte.
 *
 * @param selective whether only some tokens are to be learned
 */
record TokenFileHeader(
        int bytesPerToken,
        int vocabularySize,
        int checksum,
        long tokens,
        long documents,
        long textBytes,
        boolean selective) {
    static final int BYTES = 64;

    private static final byte[] MAGIC = "QUIPUTOK".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 2;
    private static final int LEARNED = 1;
    private static final int CHECKSUM_AT = BYTES - Integer.BYTES;
    private static final int LARGEST_SHORT_VOCABULARY = 1 << 16;

    TokenFileHeader {
        if (tokens < 0 || documents < 0 || bytesPerToken != bytesPerToken(vocabularySize)) {
            throw new AssertionError("token file of " + tokens + " tokens of " + bytesPerToken + " bytes");
        }
    }

    static int bytesPerToken(int vocabularySize) {
        return vocabularySize <= LARGEST_SHORT_VOCABULARY ? Short.BYTES : Integer.BYTES;
    }

    /** Where the ends of documents begin in the data. */
    long endsAt() {
        return tokens * bytesPerToken;
    }

    /** Where the bits of what is to be learned begin in the data. */
    long learnedAt() {
        return endsAt() + documents * Long.BYTES;
    }

    private long dataBytes() {
        return learnedAt() + (selective ? Math.ceilDiv(tokens, Byte.SIZE) : 0);
    }

    byte[] toBytes() {
        ByteBuffer buffer = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(MAGIC)
                .putInt(VERSION)
                .putInt(bytesPerToken)
                .putInt(vocabularySize)
                .putInt(checksum);
        buffer.putLong(tokens).putLong(documents).putLong(textBytes).putInt(selective ? LEARNED : 0);
        buffer.putInt(CHECKSUM_AT, checksum(buffer.array()));
        return buffer.array();
    }

    static TokenFileHeader read(Path path, MemorySegment file) {
        if (file.byteSize() < BYTES) {
            throw QuipuException.of(
                    "a header of " + BYTES + " bytes", file.byteSize() + " bytes", path.toString(), "delete the file");
        }
        ByteBuffer buffer = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(file.asSlice(0, BYTES).asByteBuffer()).flip();
        byte[] magic = new byte[MAGIC.length];
        buffer.get(magic);
        int version = buffer.getInt();
        if (!Arrays.equals(magic, MAGIC)
                || version != VERSION
                || buffer.getInt(CHECKSUM_AT) != checksum(buffer.array())) {
            throw QuipuException.of("a token file of version " + VERSION, "another file", path.toString(), "delete it");
        }
        int bytesPerToken = buffer.getInt();
        int vocabularySize = buffer.getInt();
        int checksum = buffer.getInt();
        TokenFileHeader header = new TokenFileHeader(
                bytesPerToken,
                vocabularySize,
                checksum,
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getInt() == LEARNED);
        long expected = BYTES + header.dataBytes();
        if (file.byteSize() != expected) {
            throw QuipuException.of(
                    expected + " bytes", file.byteSize() + " bytes", path.toString(), "delete the file");
        }
        return header;
    }

    private static int checksum(byte[] header) {
        CRC32C checksum = new CRC32C();
        checksum.update(header, 0, CHECKSUM_AT);
        return (int) checksum.getValue();
    }
}
