package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Turns a {@code tokenizer.json} into what GGUF can say of it: see {@link ByteLevelBpe}. */
final class ByteLevelReader {
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;

    private ByteLevelReader() {}

    /**
     * The vocabulary as GGUF holds it.
     *
     * @throws QuipuException naming what GGUF has no words for
     */
    static ByteLevelBpe of(JsonPart file, BpeTokenizer tokenizer) {
        JsonPart model = file.at("model");
        WordFamily family = family(file);
        int size = tokenizer.vocabularySize();
        List<String> tokens = new ArrayList<>();
        for (int id = 0; id < size; id++) {
            tokens.add("[PAD" + id + "]"); // what llama.cpp's converter calls an id that no token has
        }
        List<Integer> types = new ArrayList<>(Collections.nCopies(size, UNUSED));
        model.at("vocab").node().properties().forEach(entry -> {
            tokens.set(entry.getValue().intValue(), entry.getKey());
            types.set(entry.getValue().intValue(), NORMAL);
        });
        if (!file.at("added_tokens").isAbsent()) {
            for (JsonPart added : file.at("added_tokens").items()) {
                tokens.set(added.at("id").count(), added.at("content").text());
                types.set(added.at("id").count(), added.at("special").flag(false) ? CONTROL : USER_DEFINED);
            }
        }
        Set<Integer> others = new HashSet<>(tokenizer.endsOfText());
        tokenizer.endOfText().ifPresent(others::remove);
        return new ByteLevelBpe(
                tokens,
                types,
                merges(model),
                family.ggufName(),
                tokenizer.beginOfText(),
                tokenizer.endOfText(),
                others,
                Optional.of(tokenizer.beginsPrompts()),
                tokenizer.chatTemplate());
    }

    private static WordFamily family(JsonPart file) {
        boolean wholeWords = file.at("model").at("ignore_merges").flag(false);
        for (WordFamily family : WordFamily.values()) {
            ObjectNode wanted = family.preTokenizer(false);
            boolean same =
                    essence(wanted).equals(essence(file.at("pre_tokenizer").node()))
                            && normalizer(family.normalizer())
                                    .equals(normalizer(file.at("normalizer").node()))
                            && family.keepsWholeWords() == wholeWords;
            if (same) {
                return family;
            }
        }
        throw file.at("pre_tokenizer").refused("a way to cut text into words that GGUF has a name for,");
    }

    private static String normalizer(JsonNode node) {
        return node == null || node.isNull() || node.isMissingNode() ? "" : node.toString();
    }

    /** Without what changes no id, and with what is meant where nothing is said. */
    private static JsonNode essence(JsonNode node) {
        JsonNode copy = node.deepCopy();
        strip(copy);
        return copy;
    }

    private static void strip(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove("trim_offsets");
            if (object.path("type").asString("").equals("ByteLevel") && !object.has("use_regex")) {
                object.put("use_regex", true);
            }
        }
        node.forEach(ByteLevelReader::strip);
    }

    private static List<String> merges(JsonPart model) {
        List<String> merges = new ArrayList<>();
        for (JsonPart merge : model.at("merges").items()) {
            if (merge.node().isArray()) {
                merges.add(merge.at(0).text() + " " + merge.at(1).text());
            } else {
                merges.add(merge.text());
            }
        }
        return merges;
    }
}
