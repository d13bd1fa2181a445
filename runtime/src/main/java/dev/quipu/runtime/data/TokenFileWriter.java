package dev.quipu.runtime.data;

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
import java.util.zip.CRC32C;

/** Turns documents into a token file. It appears under its name when it is complete, or not at all. */
final class TokenFileWriter implements DocumentSink, AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Tokenizer tokenizer;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C checksum = new CRC32C();
    private final int bytesPerToken;
    private long tokens;
    private long documents;
    private long textBytes;

    private TokenFileWriter(Tokenizer tokenizer, FileChannel channel) throws IOException {
        this.tokenizer = tokenizer;
        this.channel = channel;
        this.bytesPerToken = TokenFileHeader.bytesPerToken(tokenizer.vocabularySize());
        channel.position(TokenFileHeader.BYTES);
    }

    /** Writes all documents of a corpus, each followed by the end-of-text token if the tokenizer has one. */
    static void write(Path path, Corpus corpus, Tokenizer tokenizer) throws IOException {
        Path temporary =
                Files.createTempFile(path.getParent(), path.getFileName().toString(), ".tmp");
        try {
            FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
            try (TokenFileWriter writer = new TokenFileWriter(tokenizer, channel)) {
                corpus.read(writer);
                writer.finish();
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    @Override
    public void text(String piece) throws IOException {
        textBytes += piece.getBytes(StandardCharsets.UTF_8).length;
        for (int token : tokenizer.encode(piece)) {
            put(token);
        }
    }

    @Override
    public void endDocument() throws IOException {
        if (tokenizer.endOfText().isPresent()) {
            put(tokenizer.endOfText().getAsInt());
        }
        documents++;
    }

    private void put(int token) throws IOException {
        if (token < 0 || token >= tokenizer.vocabularySize()) {
            throw new AssertionError("tokenizer " + tokenizer.name() + " gave token " + token);
        }
        if (buffer.remaining() < bytesPerToken) {
            drain();
        }
        if (bytesPerToken == Short.BYTES) {
            buffer.putShort((short) token);
        } else {
            buffer.putInt(token);
        }
        tokens++;
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
        drain();
        TokenFileHeader header = new TokenFileHeader(
                bytesPerToken, tokenizer.vocabularySize(), (int) checksum.getValue(), tokens, documents, textBytes);
        channel.write(ByteBuffer.wrap(header.toBytes()), 0);
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
