package dev.quipu.runtime.bench;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.generation.Decoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Times how texts are continued, on random weights: a prompt of random tokens, then one token after the other of each sequence,
 * always the likeliest.
 */
public final class DecodeBenchmark implements AutoCloseable {
    private static final long SEED = 1;
    private static final int PROMPTS = 11;

    /** The JIT sees a launch for each chunk of a prompt only, and takes one of two cores until it is done. */
    private static final int WARM_UP_PROMPTS = 60;

    private final Model model;
    private final int prompt;
    private final State state = new State();
    private final Decoder decoder;
    private final WeightBytes weights;
    private final int[] chosen;

    /**
     * What was measured.
     *
     * @param batch sequences that are continued together
     * @param prompt tokens of each sequence's prompt
     * @param tokens that each sequence was continued by
     * @param stepMillis median time of a token of every sequence
     * @param fastestMillis of all tokens
     * @param slowestMillis of all tokens
     * @param prefillMillis median time of all prompts together
     * @param weightBytes of weights, that a step must read
     * @param residentBytes native memory: weights and caches
     */
    public record Result(
            int batch,
            int prompt,
            int tokens,
            double stepMillis,
            double fastestMillis,
            double slowestMillis,
            double prefillMillis,
            long weightBytes,
            long residentBytes) {
        /** Of all sequences together. */
        public double tokensPerSecond() {
            return 1e3 * batch / stepMillis;
        }

        public double prefillTokensPerSecond() {
            return 1e3 * batch * prompt / prefillMillis;
        }

        /** Weights that are read in a second. */
        public double bytesPerSecond() {
            return 1e3 * weightBytes / stepMillis;
        }
    }

    /**
     * Compiles and loads the programs.
     *
     * @param batch sequences, at least 1
     * @param prompt tokens of each one's prompt, at least 1
     * @throws QuipuException if the context has no room behind the prompt
     */
    public DecodeBenchmark(Model model, Device device, Compiler compiler, int batch, int prompt) {
        if (prompt >= model.contextLength()) {
            throw QuipuException.of(
                    "less than " + model.contextLength() + ", the model's context",
                    Integer.toString(prompt),
                    "tokens of the prompt",
                    "");
        }
        this.model = model;
        this.prompt = prompt;
        this.chosen = new int[batch];
        state.allocateParameters(Trace.parameters(model), compiler.storedWeights(model));
        state.initialise(Trace.parameters(model), SEED);
        decoder = new Decoder(compiler, model, state, device, batch);
        weights = WeightBytes.of(decoder.scheduled());
    }

    /**
     * Continues texts.
     *
     * @param warmUp tokens that are not measured: the JIT compiles the kernels meanwhile
     * @param tokens that are
     * @param progress is told between them how many tokens are done
     * @throws QuipuException if a logit is not finite
     */
    public Result run(int warmUp, int tokens, IntConsumer progress) {
        double[] prefills = new double[PROMPTS];
        for (int i = -WARM_UP_PROMPTS; i < PROMPTS; i++) {
            double millis = prefill();
            prefills[Math.max(i, 0)] = millis;
        }
        double[] steps = new double[tokens];
        for (int i = -warmUp; i < tokens; i++) {
            if (i == 0 || decoder.position(0) == model.contextLength()) {
                rewind(prompt);
            }
            double millis = step();
            if (i >= 0) {
                steps[i] = millis;
            }
            progress.accept(warmUp + i + 1);
        }
        Arrays.sort(steps);
        Arrays.sort(prefills);
        return new Result(
                chosen.length,
                prompt,
                tokens,
                (steps[(tokens - 1) / 2] + steps[tokens / 2]) / 2,
                steps[0],
                steps[tokens - 1],
                prefills[PROMPTS / 2],
                weights.ofStep(chosen.length),
                state.bytes());
    }

    private void rewind(int position) {
        IntStream.range(0, chosen.length).forEach(sequence -> decoder.rewind(sequence, position));
    }

    private double prefill() {
        SplittableRandom random = new SplittableRandom(SEED);
        rewind(0);
        List<int[]> prompts = IntStream.range(0, chosen.length)
                .mapToObj(sequence ->
                        random.ints(prompt, 0, model.vocabularySize()).toArray())
                .toList();
        return millis(prompts);
    }

    private double step() {
        return millis(IntStream.of(chosen).mapToObj(token -> new int[] {token}).toList());
    }

    private double millis(List<int[]> tokens) {
        long start = System.nanoTime();
        decoder.readToLast(
                tokens,
                (sequence, position, logits, offset) ->
                        chosen[sequence] = likeliest(logits, offset, model.vocabularySize()));
        return (System.nanoTime() - start) / 1e6;
    }

    private static int likeliest(MemorySegment logits, long offset, int count) {
        int best = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            float logit = logits.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + (long) i * Float.BYTES);
            if (logit > largest) {
                largest = logit;
                best = i;
            }
        }
        if (!Float.isFinite(largest)) {
            throw QuipuException.of("finite logits", Float.toString(largest), "bench", "");
        }
        return best;
    }

    @Override
    public void close() {
        decoder.close();
        state.close();
    }
}
