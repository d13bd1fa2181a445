package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.runtime.tokenizer.merging.MergeRules;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads "model": a vocabulary and its merges.
 *
 * @param mark before which words may be cut without a change of tokens, if there is one
 */
record ModelReader(Map<String, Integer> vocabulary, BpeModel model, Optional<Character> mark) {
    private static final char MARK = '\u2581';

    /** Reads a model whose words are spelled in {@link ByteAlphabet}, or in their own characters. */
    static ModelReader read(JsonPart part, boolean byteLevel) {
        part.only(
                "type",
                "dropout",
                "unk_token",
                "continuing_subword_prefix",
                "end_of_word_suffix",
                "fuse_unk",
                "byte_fallback",
                "ignore_merges",
                "vocab",
                "merges");
        if (!part.at("type").isAbsent() && !part.type().equals("BPE")) {
            throw part.at("type").refused("BPE");
        }
        if (!part.at("dropout").isAbsent() && part.at("dropout").node().asDouble(1) != 0) {
            throw part.at("dropout").refused("no dropout, which would make the tokens random,");
        }
        part.without("continuing_subword_prefix");
        part.without("end_of_word_suffix");
        Map<String, Integer> vocabulary = vocabulary(part.at("vocab"));
        MergeReader merges = new MergeReader(part.at("merges"), vocabulary, MARK);
        MergeRules rules = merges.read();
        boolean whole = part.at("ignore_merges").flag(false);
        BpeModel model = new BpeModel(
                symbols(part, vocabulary, byteLevel), rules, whole ? Optional.of(vocabulary) : Optional.empty());
        boolean marked = !byteLevel && !whole && !merges.marksInside() && vocabulary.containsKey(String.valueOf(MARK));
        return new ModelReader(vocabulary, model, marked ? Optional.of(MARK) : Optional.empty());
    }

    private static Map<String, Integer> vocabulary(JsonPart part) {
        Map<String, Integer> vocabulary = new HashMap<>();
        Set<Integer> ids = new HashSet<>();
        part.object().node().properties().forEach(entry -> {
            int id = entry.getValue().isInt() ? entry.getValue().intValue() : -1;
            if (id < 0 || !ids.add(id)) {
                throw part.at(entry.getKey()).refused("an id of its own");
            }
            vocabulary.put(entry.getKey(), id);
        });
        return vocabulary;
    }

    private static Symbols symbols(JsonPart part, Map<String, Integer> vocabulary, boolean byteLevel) {
        Unknown unknown = unknown(part, vocabulary);
        boolean fallback = part.at("byte_fallback").flag(false);
        if (!byteLevel) {
            return new CharacterSymbols(
                    vocabulary, fallback ? Optional.of(fallbackBytes(part, vocabulary)) : Optional.empty(), unknown);
        }
        int[] tokens = new int[ByteAlphabet.BYTES];
        for (int value = 0; value < tokens.length; value++) {
            tokens[value] = vocabulary.getOrDefault(String.valueOf(ByteAlphabet.character(value)), ByteSymbols.NONE);
            if (fallback && tokens[value] == ByteSymbols.NONE) {
                throw part.at("byte_fallback").refused("no fallback where the vocabulary lacks bytes of its own");
            }
        }
        return new ByteSymbols(tokens, unknown);
    }

    private static int[] fallbackBytes(JsonPart part, Map<String, Integer> vocabulary) {
        int[] bytes = new int[ByteAlphabet.BYTES];
        for (int value = 0; value < bytes.length; value++) {
            Integer id = vocabulary.get(TokenTexts.byteName(value));
            if (id == null) {
                throw part.at("byte_fallback")
                        .refused("a vocabulary with " + TokenTexts.byteName(value) + ", because of");
            }
            bytes[value] = id;
        }
        return bytes;
    }

    private static Unknown unknown(JsonPart part, Map<String, Integer> vocabulary) {
        JsonPart name = part.at("unk_token");
        boolean fused = part.at("fuse_unk").flag(false);
        if (name.isAbsent()) {
            return new Unknown(OptionalInt.empty(), fused);
        }
        Integer id = vocabulary.get(name.text());
        if (id == null) {
            throw name.refused("a piece of the vocabulary");
        }
        return new Unknown(OptionalInt.of(id), fused);
    }
}
