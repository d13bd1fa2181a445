package dev.quipu.runtime.tokenizer;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A token for each byte of the text's UTF-8: ids 0 to 255 are the bytes, {@value #BEGIN_OF_TEXT} begins a text and
 * {@value #END_OF_TEXT} ends it.
 */
public final class ByteTokenizer implements Tokenizer {
    /** The file that marks a model folder as one of this tokenizer's. */
    static final String FILE = "quipu_tokenizer.json";

    private static final int BEGIN_OF_TEXT = 256;
    private static final int END_OF_TEXT = 257;
    private static final int VOCABULARY = 258;
    private static final String NAME = "bytes";
    private static final byte[] NO_BYTES = {};

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY;
    }

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            tokens[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return tokens;
    }

    @Override
    public String piece(int token) {
        check(token);
        return switch (token) {
            case BEGIN_OF_TEXT -> "<begin of text>";
            case END_OF_TEXT -> "<end of text>";
            default -> String.format(Locale.ROOT, "<0x%02X>", token);
        };
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new Utf8StreamingDecoder(ByteTokenizer::bytesOf);
    }

    private static byte[] bytesOf(int token) {
        check(token);
        return token < BEGIN_OF_TEXT ? new byte[] {(byte) token} : NO_BYTES;
    }

    private static void check(int token) {
        if (token < 0 || token >= VOCABULARY) {
            throw QuipuException.of(
                    "a token of 0 to " + (VOCABULARY - 1), String.valueOf(token), "tokenizer bytes", "");
        }
    }

    @Override
    public OptionalInt beginOfText() {
        return OptionalInt.of(BEGIN_OF_TEXT);
    }

    @Override
    public OptionalInt endOfText() {
        return OptionalInt.of(END_OF_TEXT);
    }

    @Override
    public void save(Path folder) throws IOException {
        Files.writeString(folder.resolve(FILE), "{\"tokenizer\": \"" + NAME + "\"}\n");
    }

    /** The tokenizer that a file of {@link #save} names. */
    static Tokenizer open(Path file) {
        JsonNode name;
        try {
            name = JsonMapper.shared().readTree(file).path("tokenizer");
        } catch (JacksonException e) {
            throw new QuipuException(file + ": expected JSON, found " + e.getOriginalMessage(), e);
        }
        if (!name.asString("").equals(NAME)) {
            throw QuipuException.of("\"tokenizer\": \"" + NAME + "\"", name.toString(), file.toString(), "");
        }
        return new ByteTokenizer();
    }
}
