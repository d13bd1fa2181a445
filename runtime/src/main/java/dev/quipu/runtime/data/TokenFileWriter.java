package dev.quipu.runtime.data;

import dev.quipu.runtime.tokenizer.DocumentEncoder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32C;

/** Turns documents into a token file. It appears under its name when it is complete, or not at all. */
final class TokenFileWriter implements DocumentSink, AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int FIRST_CAPACITY = 1024;

    private final Tokenizer tokenizer;
    private final DocumentEncoder encoder;
    private final FileChannel channel;
    private final boolean selective;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C checksum = new CRC32C();
    private final LearnedBits learned = new LearnedBits();
    private final int bytesPerToken;
    private long[] ends = new long[FIRST_CAPACITY];
    private boolean begun;
    private long tokens;
    private int documents;
    private long textBytes;

    private TokenFileWriter(Tokenizer tokenizer, FileChannel channel, boolean selective) throws IOException {
        this.tokenizer = tokenizer;
        this.encoder = new DocumentEncoder(tokenizer);
        this.channel = channel;
        this.selective = selective;
        this.bytesPerToken = TokenFileHeader.bytesPerToken(tokenizer.vocabularySize());
        channel.position(TokenFileHeader.BYTES);
    }

    /** What gives the documents. */
    @FunctionalInterface
    interface Documents {
        void into(TokenFileWriter writer) throws IOException;
    }

    /**
     * Writes documents.
     *
     * @param selective whether the documents say which of their tokens are to be learned
     */
    static void write(Path path, Tokenizer tokenizer, boolean selective, Documents documents) throws IOException {
        Path temporary =
                Files.createTempFile(path.getParent(), path.getFileName().toString(), ".tmp");
        try {
            FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
            try (TokenFileWriter writer = new TokenFileWriter(tokenizer, channel, selective)) {
                documents.into(writer);
                writer.finish();
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Pieces end anywhere; what is tokenized ends where the tokenizer lets a text be cut. */
    @Override
    public void text(String piece) throws IOException {
        textBytes += piece.getBytes(StandardCharsets.UTF_8).length;
        begin();
        put(encoder.add(piece));
    }

    /** A document begins as a prompt does, so that a model finds prompts to be what it has learned. */
    private void begin() throws IOException {
        if (!begun && tokenizer.beginsPrompts()) {
            put(tokenizer.beginOfText().orElseThrow(), true);
        }
        begun = true;
    }

    private void put(List<int[]> ids) throws IOException {
        for (int[] part : ids) {
            for (int token : part) {
                put(token, true);
            }
        }
    }

    /** Each document is followed by the end-of-text token, if the tokenizer has one. */
    @Override
    public void endDocument() throws IOException {
        put(encoder.end());
        begun = false;
        if (tokenizer.endOfText().isPresent()) {
            put(tokenizer.endOfText().getAsInt(), true);
        }
        end();
    }

    /**
     * A document that is tokens already, and ends with them.
     *
     * @param learn which of them a model is to learn to write
     * @param bytes size of its text in UTF-8
     */
    void document(int[] ids, BitSet learn, long bytes) throws IOException {
        for (int i = 0; i < ids.length; i++) {
            put(ids[i], learn.get(i));
        }
        textBytes += bytes;
        end();
    }

    private void end() {
        if (documents == ends.length) {
            ends = Arrays.copyOf(ends, 2 * documents);
        }
        ends[documents++] = tokens;
    }

    private void put(int token, boolean learn) throws IOException {
        if (token < 0 || token >= tokenizer.vocabularySize()) {
            throw new AssertionError("tokenizer " + tokenizer.name() + " gave token " + token);
        }
        makeRoom(bytesPerToken);
        if (bytesPerToken == Short.BYTES) {
            buffer.putShort((short) token);
        } else {
            buffer.putInt(token);
        }
        if (selective) {
            learned.add(learn);
        }
        tokens++;
    }

    private void makeRoom(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            drain();
        }
    }

    private void drain() throws IOException {
        buffer.flip();
        checksum.update(buffer.array(), 0, buffer.limit());
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    private void finish() throws IOException {
        for (int document = 0; document < documents; document++) {
            makeRoom(Long.BYTES);
            buffer.putLong(ends[document]);
        }
        for (byte bits : learned.toBytes()) {
            makeRoom(Byte.BYTES);
            buffer.put(bits);
        }
        drain();
        TokenFileHeader header = new TokenFileHeader(
                bytesPerToken,
                tokenizer.vocabularySize(),
                (int) checksum.getValue(),
                tokens,
                documents,
                textBytes,
                selective);
        channel.write(ByteBuffer.wrap(header.toBytes()), 0);
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
