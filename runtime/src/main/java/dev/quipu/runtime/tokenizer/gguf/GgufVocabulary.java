package dev.quipu.runtime.tokenizer.gguf;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.bpe.BpeTokenizer;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceTokenizer;
import dev.quipu.runtime.weights.GgufFile;
import dev.quipu.runtime.weights.GgufValue;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** The tokenizer in a GGUF file's metadata. */
public final class GgufVocabulary {
    private GgufVocabulary() {}

    /**
     * The tokenizer of a file; empty where it has none.
     *
     * @param file for messages
     * @param metadata as {@link dev.quipu.runtime.weights.WeightFile#metadata} has it
     * @throws QuipuException if the vocabulary is damaged, or of a kind that is not known
     */
    public static Optional<Tokenizer> read(String file, Map<String, Object> metadata) {
        Facts facts = new Facts(file, metadata);
        Optional<String> model = facts.text("model");
        if (model.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    switch (model.get()) {
                        case SentencePieceFacts.MODEL -> SentencePieceFacts.read(facts);
                        case ByteLevelFacts.MODEL -> ByteLevelFacts.read(facts);
                        default ->
                            throw facts.wrong(
                                    "model", SentencePieceFacts.MODEL + " or " + ByteLevelFacts.MODEL, model.get());
                    });
        } catch (QuipuException e) {
            String message = e.getMessage();
            throw message.startsWith(file) ? e : new QuipuException(file + ": " + message, e);
        }
    }

    /**
     * The tokenizer in a GGUF file, such as one that holds nothing else.
     *
     * @throws QuipuException if there is none, or a damaged one
     */
    public static Tokenizer open(Path file) {
        try (GgufFile opened = GgufFile.open(file)) {
            return read(file.toString(), opened.metadata())
                    .orElseThrow(() -> QuipuException.of("a tokenizer in the file", "none", file.toString(), ""));
        }
    }

    /**
     * The metadata that hold a tokenizer.
     *
     * @throws QuipuException if readers of GGUF would not cut texts as the tokenizer does
     */
    public static SequencedMap<String, GgufValue> write(Tokenizer tokenizer) {
        SequencedMap<String, GgufValue> values = new LinkedHashMap<>();
        switch (tokenizer) {
            case SentencePieceTokenizer pieces -> {
                SentencePieceFacts.obstacle(pieces).ifPresent(obstacle -> refuse(tokenizer, obstacle));
                SentencePieceFacts.write(pieces).forEach((key, value) -> values.put(Facts.PREFIX + key, value));
            }
            case BpeTokenizer pairs ->
                ByteLevelFacts.write(pairs).forEach((key, value) -> values.put(Facts.PREFIX + key, value));
            default -> refuse(tokenizer, "another kind");
        }
        tokenizer.chatTemplate().ifPresent(template -> values.put(Facts.CHAT_TEMPLATE, GgufValue.string(template)));
        return values;
    }

    private static void refuse(Tokenizer tokenizer, String found) {
        throw QuipuException.of(
                "a tokenizer that GGUF has words for", found, "tokenizer " + tokenizer.name(), "write a folder");
    }
}
