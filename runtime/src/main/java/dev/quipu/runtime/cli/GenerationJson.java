package dev.quipu.runtime.cli;

import dev.quipu.runtime.generation.Generation;
import dev.quipu.runtime.generation.TokenLikelihood;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Generated texts and likelihoods as JSON for programs. */
final class GenerationJson {
    private static final double MILLION = 1e6;

    private GenerationJson() {}

    /** One line. */
    static String of(String prompt, Generation generation, long seed) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("prompt", prompt);
        values.put("promptTokens", generation.prompt());
        values.put("tokens", generation.tokens());
        values.put("text", generation.text());
        List<TokenLikelihood> likelihoods = generation.likelihoods();
        values.put(
                "logProbabilities",
                likelihoods.stream().map(TokenLikelihood::logProbability).toList());
        if (likelihoods.stream().anyMatch(token -> !token.alternatives().isEmpty())) {
            values.put(
                    "alternatives",
                    likelihoods.stream().map(TokenLikelihood::alternatives).toList());
        }
        values.put(
                "end",
                switch (generation.end()) {
                    case END_OF_TEXT -> "endOfText";
                    case STOP -> "stop";
                    case MAX_TOKENS -> "maxTokens";
                    case CONTEXT -> "context";
                });
        values.put("seed", seed);
        values.put("prefillMillis", generation.prefill().toNanos() / MILLION);
        values.put("decodeMillis", generation.decode().toNanos() / MILLION);
        values.put("tokensPerSecond", generation.tokensPerSecond());
        return JsonMapper.shared().writeValueAsString(values);
    }
}
