package dev.quipu.runtime.generation;

import dev.quipu.dsl.QuipuException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The ids that a model folder's configuration says end a text: {@code eos_token_id}, a number or a list of them. */
public final class EndTokens {
    private static final List<String> FILES = List.of("generation_config.json", "config.json");

    private EndTokens() {}

    /**
     * The ids of a folder in Hugging Face's layout; none where its files are absent or say nothing.
     *
     * @throws QuipuException for a file that is no JSON, or ids that are no numbers
     */
    public static Set<Integer> of(Path folder) {
        Set<Integer> ends = new LinkedHashSet<>();
        for (String name : FILES) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                JsonNode ids = read(file).path("eos_token_id");
                (ids.isArray() ? ids.valueStream().toList() : List.of(ids)).forEach(id -> add(id, ends, file));
            }
        }
        return ends;
    }

    private static JsonNode read(Path file) {
        try {
            return JsonMapper.shared().readTree(file);
        } catch (JacksonException e) {
            throw new QuipuException(file + ": expected JSON, found " + e.getOriginalMessage(), e);
        }
    }

    private static void add(JsonNode id, Set<Integer> ends, Path file) {
        if (id.isInt()) {
            ends.add(id.intValue());
        } else if (!id.isMissingNode() && !id.isNull()) {
            throw QuipuException.of("\"eos_token_id\" of a number or numbers", id.toString(), file.toString(), "");
        }
    }
}
