package dev.quipu.runtime.model;

import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.gguf.GgufVocabulary;
import dev.quipu.runtime.tokenizer.sentencepiece.Llama2cTokenizerFile;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceTokenizer;
import dev.quipu.runtime.weights.Llama2cFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tokenizer that a weight file holds: GGUF files do, and llama2.ts's. */
final class EmbeddedTokenizer {
    private EmbeddedTokenizer() {}

    static Optional<Tokenizer> of(ModelFile file) {
        Map<String, Object> metadata = file.metadata();
        if (metadata.get(Llama2cFile.TOKENS) instanceof List<?> tokens
                && metadata.get(Llama2cFile.SCORES) instanceof List<?> scores) {
            return Optional.of(SentencePieceTokenizer.of(Llama2cTokenizerFile.of(
                    tokens.stream().map(String.class::cast).toList(),
                    scores.stream().map(Float.class::cast).toList(),
                    file.file())));
        }
        return GgufVocabulary.read(file.file(), metadata);
    }
}
