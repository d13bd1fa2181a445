package dev.quipu.runtime.tokenizer.gguf;

import dev.quipu.runtime.tokenizer.bpe.BpeTokenizer;
import dev.quipu.runtime.tokenizer.bpe.ByteLevelBpe;
import dev.quipu.runtime.weights.GgufValue;
import dev.quipu.runtime.weights.GgufValueType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/** Byte-level vocabularies in GGUF, where {@code tokenizer.ggml.model} is {@value #MODEL}. */
final class ByteLevelFacts {
    static final String MODEL = "gpt2";

    private static final int HIGHEST_TYPE = 6;

    /** Tokens that end a turn or a message. */
    private static final List<String> OTHER_ENDS = List.of("eot_token_id", "eom_token_id");

    private ByteLevelFacts() {}

    static BpeTokenizer read(Facts facts) {
        List<String> tokens = facts.list("tokens", String.class, "texts");
        Set<Integer> otherEnds = new TreeSet<>();
        OTHER_ENDS.forEach(key -> facts.id(key, tokens.size()).ifPresent(otherEnds::add));
        ByteLevelBpe vocabulary = new ByteLevelBpe(
                tokens,
                facts.list("token_type", Long.class, "numbers").stream()
                        .map(type -> type(facts, type))
                        .toList(),
                facts.list("merges", String.class, "texts"),
                facts.text("pre").orElse("default"),
                facts.id("bos_token_id", tokens.size()),
                facts.id("eos_token_id", tokens.size()),
                otherEnds,
                facts.flag("add_bos_token"),
                facts.chatTemplate());
        return vocabulary.tokenizer();
    }

    private static int type(Facts facts, long type) {
        if (type < 0 || type > HIGHEST_TYPE) {
            throw facts.wrong("token_type", "0 to " + HIGHEST_TYPE, type);
        }
        return (int) type;
    }

    static SequencedMap<String, GgufValue> write(BpeTokenizer tokenizer) {
        ByteLevelBpe vocabulary = tokenizer.byteLevel();
        SequencedMap<String, GgufValue> values = new LinkedHashMap<>();
        values.put("model", GgufValue.string(MODEL));
        values.put("pre", GgufValue.string(vocabulary.preTokenizer()));
        values.put("tokens", GgufValue.array(GgufValueType.STRING, vocabulary.tokens()));
        values.put(
                "token_type",
                GgufValue.array(
                        GgufValueType.INT32,
                        vocabulary.types().stream().map(Integer::longValue).toList()));
        values.put("merges", GgufValue.array(GgufValueType.STRING, vocabulary.merges()));
        putId(values, "bos_token_id", vocabulary.begin());
        putId(values, "eos_token_id", vocabulary.end());
        List<Integer> others = vocabulary.otherEnds().stream().sorted().toList();
        for (int i = 0; i < Math.min(others.size(), OTHER_ENDS.size()); i++) {
            values.put(OTHER_ENDS.get(i), GgufValue.uint32(others.get(i)));
        }
        vocabulary.beginsPrompts().ifPresent(begins -> values.put("add_bos_token", GgufValue.bool(begins)));
        return values;
    }

    private static void putId(SequencedMap<String, GgufValue> values, String key, OptionalInt id) {
        id.ifPresent(number -> values.put(key, GgufValue.uint32(number)));
    }
}
