package dev.quipu.runtime.generation;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.evaluation.Evaluation;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Log-probabilities of given texts. A text longer than the model's context is cut into windows that do not overlap, as {@link
 * Evaluation} does: a token is predicted from those before it in its window.
 */
public final class Scorer implements AutoCloseable {
    private final Model model;
    private final Tokenizer tokenizer;
    private final Decoder decoder;
    private final Likelihoods likelihoods;

    /**
     * What a text costs.
     *
     * @param tokens the text's tokens, but for the first where no token stands before a text
     * @param total their number, the sum of their costs, and the text's bytes
     */
    public record Score(List<TokenLikelihood> tokens, Evaluation.Result total) {
        public Score {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * @param state the model's weights; caches are added to it
     * @param alternatives how many of the likeliest tokens to name at each place
     */
    public Scorer(Model model, Tokenizer tokenizer, State state, Device device, int alternatives) {
        this(model, tokenizer, new Decoder(new Compiler(false), model, state, device), alternatives);
    }

    /** As the other one, over a decoder of one sequence, which it closes. */
    public Scorer(Model model, Tokenizer tokenizer, Decoder decoder, int alternatives) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.decoder = decoder;
        this.likelihoods = new Likelihoods(tokenizer, model.vocabularySize(), alternatives);
    }

    /**
     * Measures a text, from the token that begins texts, or stands between them, on.
     *
     * @throws QuipuException if there is nothing to predict
     */
    public Score score(String text) {
        int[] ids = IntStream.concat(TextBeginning.before(tokenizer).stream(), IntStream.of(tokenizer.encode(text)))
                .toArray();
        if (ids.length < 2 || text.isEmpty()) {
            throw QuipuException.of(
                    "a text with a token to predict", ids.length + " tokens", "score", "give more text");
        }
        List<TokenLikelihood> tokens = new ArrayList<>();
        for (int from = 0; from < ids.length - 1; from += model.contextLength()) {
            int first = from;
            int[] window = Arrays.copyOfRange(ids, from, Math.min(ids.length - 1, from + model.contextLength()));
            decoder.rewind(0, 0);
            decoder.read(
                    List.of(window),
                    (sequence, position, logits, offset) ->
                            tokens.add(likelihoods.of(ids[first + position + 1], logits, offset)));
        }
        double nats =
                -tokens.stream().mapToDouble(TokenLikelihood::logProbability).sum();
        long bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return new Score(tokens, new Evaluation.Result(tokens.size(), nats, bytes));
    }

    @Override
    public void close() {
        decoder.close();
    }
}
