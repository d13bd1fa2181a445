package dev.quipu.runtime.generation;

import dev.quipu.runtime.sampling.Sampler;
import dev.quipu.runtime.tokenizer.StreamingDecoder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** One text in the making: what was read, what was chosen, and whether it is at its end. */
final class Continuation {
    private final int[] prompt;
    private final int cached;
    private final GenerationOptions options;
    private final Sampler sampler;
    private final Optional<Likelihoods> likelihoods;
    private final Set<Integer> ends;
    private final StreamingDecoder streaming;
    private final StopTexts stops;
    private final Consumer<String> pieces;
    private final StringBuilder text = new StringBuilder();
    private final List<Integer> tokens = new ArrayList<>();
    private final List<TokenLikelihood> chosen = new ArrayList<>();
    private int[] unread;
    private Generation.End end;
    private long endedAt;

    /**
     * A text at its prompt.
     *
     * @param cached how many of the prompt's tokens need not be read
     * @param vocabulary the model's
     * @param pieces is given the new text as it becomes certain
     */
    Continuation(
            int[] prompt,
            int cached,
            Tokenizer tokenizer,
            int vocabulary,
            GenerationOptions options,
            Consumer<String> pieces) {
        this.prompt = prompt;
        this.cached = cached;
        this.options = options;
        this.pieces = pieces;
        this.sampler = Sampler.of(options.sampling(), tokenizer.vocabularySize(), options.seed());
        sampler.observe(prompt);
        this.likelihoods = options.alternatives().stream()
                .mapToObj(number -> new Likelihoods(tokenizer, vocabulary, number))
                .findFirst();
        this.ends = new HashSet<>(options.ends());
        ends.addAll(tokenizer.endsOfText());
        tokenizer.beginOfText().ifPresent(ends::add); // what begins another text ends this one
        this.stops = new StopTexts(options.stops());
        this.streaming = tokenizer.streamingDecoder();
        for (int token : prompt) {
            streaming.next(token); // the new text stands behind the prompt's, not at a beginning
        }
        this.unread = Arrays.copyOfRange(prompt, cached, prompt.length);
        if (options.maxTokens() == 0) {
            end(Generation.End.MAX_TOKENS);
        }
    }

    boolean hasEnded() {
        return end != null;
    }

    /** The tokens to read next; none at the end. */
    int[] unread() {
        return unread;
    }

    void end(Generation.End reason) {
        end = reason;
        unread = new int[0];
        endedAt = System.nanoTime();
        if (!stops.isFound()) {
            print(stops.next(streaming.finish()));
            print(stops.finish());
        }
    }

    /** Chooses the next token from the logits behind the last one read. */
    void choose(MemorySegment logits, long offset) {
        int next = sampler.sample(logits, offset);
        if (ends.contains(next)) {
            end(Generation.End.END_OF_TEXT);
            return;
        }
        tokens.add(next);
        likelihoods.ifPresent(all -> chosen.add(all.of(next, logits, offset)));
        print(stops.next(streaming.next(next)));
        unread = new int[] {next};
        if (stops.isFound()) {
            end(Generation.End.STOP);
        } else if (tokens.size() >= options.maxTokens()) {
            end(Generation.End.MAX_TOKENS);
        }
    }

    private void print(String piece) {
        if (!piece.isEmpty()) {
            text.append(piece);
            pieces.accept(piece);
        }
    }

    /**
     * What was made.
     *
     * @param start time in nanoseconds when the prompt began to be read
     * @param prefilled time when it had been
     */
    Generation result(long start, long prefilled) {
        return new Generation(
                Arrays.stream(prompt).boxed().toList(),
                prompt.length - cached,
                tokens,
                text.toString(),
                chosen,
                end,
                Duration.ofNanos(prefilled - start),
                Duration.ofNanos(Math.max(0, endedAt - prefilled)));
    }
}
