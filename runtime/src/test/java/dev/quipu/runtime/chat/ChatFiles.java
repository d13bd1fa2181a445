package dev.quipu.runtime.chat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Jinja 3.1.6, set up as {@code transformers} does, makes of conversations in the formats of model families, and of the
 * constructs of chat templates: time 2026-03-04 05:06:07, {@code bos_token} {@code <s>}, {@code eos_token} {@code </s>}; errors
 * are written "ERROR" and the message.
 */
public final class ChatFiles {
    private ChatFiles() {}

    private static String text(String file) {
        try (InputStream in = ChatFiles.class.getResourceAsStream("/chat/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(file, e);
        }
    }

    /** The content of a JSON file. */
    public static JsonNode json(String file) {
        return JsonMapper.shared().readTree(text(file));
    }
}
