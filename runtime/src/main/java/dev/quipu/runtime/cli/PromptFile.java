package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prompts in a file of UTF-8: one a line, or in a {@code .jsonl} file an object with {@code "prompt"} a line. */
final class PromptFile {
    private PromptFile() {}

    /** @throws QuipuException if the file cannot be read or holds no prompt */
    static List<String> read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new QuipuException(file + ": expected prompts in UTF-8, found " + FileFailure.reason(e), e);
        }
        boolean objects = file.toString().endsWith(".jsonl");
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                prompts.add(objects ? prompt(lines.get(i), file + ", line " + (i + 1)) : lines.get(i));
            }
        }
        if (prompts.isEmpty()) {
            throw QuipuException.of("a prompt", "none", file.toString(), "");
        }
        return prompts;
    }

    private static String prompt(String line, String where) {
        JsonNode object;
        try {
            object = JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            throw new QuipuException(where + ": expected JSON, found " + e.getOriginalMessage(), e);
        }
        JsonNode prompt = object.path("prompt");
        if (!prompt.isString()) {
            throw QuipuException.of("an object with a text \"prompt\"", "another value", where, "");
        }
        return prompt.stringValue();
    }
}
