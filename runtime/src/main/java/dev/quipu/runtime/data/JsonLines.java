package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A file with a JSON object on each line. Lines of nothing but white space are left out. */
final class JsonLines {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private JsonLines() {}

    /** Takes the objects one by one. */
    @FunctionalInterface
    interface Sink {
        /**
         * Takes the next object.
         *
         * @param where file and line, for messages
         */
        void object(String where, JsonNode object) throws IOException;
    }

    /**
     * Reads a file.
     *
     * @throws QuipuException naming the line that is no JSON object
     */
    static void read(Path file, Sink sink) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long number = 1;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n') {
                    line(file + ":" + number++, line.toByteArray(), sink);
                    line.reset();
                } else {
                    line.write(next);
                }
            }
            line(file + ":" + number, line.toByteArray(), sink);
        }
    }

    private static void line(String where, byte[] bytes, Sink sink) throws IOException {
        String text = text(where, bytes);
        if (text.startsWith(BYTE_ORDER_MARK) && where.endsWith(":1")) {
            text = text.substring(1);
        }
        if (!text.isBlank()) {
            sink.object(where, object(where, text));
        }
    }

    private static String text(String where, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new QuipuException(where + ": expected UTF-8 text, found other bytes; convert the file to UTF-8", e);
        }
    }

    private static JsonNode object(String where, String text) {
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JacksonException e) {
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new QuipuException(
                    where + ": expected a JSON object on one line, found other text (" + reason + ")", e);
        }
        if (!node.isObject()) {
            throw QuipuException.of("a JSON object", node.getNodeType().name().toLowerCase(Locale.ROOT), where, "");
        }
        return node;
    }
}
