package dev.quipu.runtime.generation;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.sampling.Sampler;
import dev.quipu.runtime.tokenizer.StreamingDecoder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Continues texts.
 *
 * <pre>
 * ModelSource source = ModelSource.withWeights("my-model");
 * try (State state = source.loadWeights();
 *         Device device = new JvmDevice();
 *         Generator generator = new Generator(source.model(), Tokenizer.load(Path.of("my-model")), state, device)) {
 *     generator.generate("Once", new GenerationOptions(SamplingOptions.greedy(), 100, 0), System.out::print);
 * }
 * </pre>
 */
public final class Generator implements AutoCloseable {
    private final Model model;
    private final Tokenizer tokenizer;
    private final Decoder decoder;
    private int next;

    /**
     * @param state the model's weights; caches are added to it
     * @throws QuipuException if the tokenizer has ids that the model does not know
     */
    public Generator(Model model, Tokenizer tokenizer, State state, Device device) {
        this(model, tokenizer, new Decoder(new Compiler(false), model, state, device));
    }

    public Generator(Model model, Tokenizer tokenizer, Decoder decoder) {
        if (tokenizer.vocabularySize() > model.vocabularySize()) {
            throw QuipuException.of(
                    "a vocabulary of at most " + model.vocabularySize() + ", the model's",
                    Integer.toString(tokenizer.vocabularySize()),
                    "tokenizer " + tokenizer.name(),
                    "the tokenizer belongs to another model");
        }
        this.model = model;
        this.tokenizer = tokenizer;
        this.decoder = decoder;
    }

    /**
     * Continues a prompt until the end of the text, of the context, or of the tokens asked for.
     *
     * @param prompt may be empty where the tokenizer has a token between texts
     * @param pieces is given the new text, in pieces of whole characters, as it is made
     * @throws QuipuException if the prompt leaves no room in the context
     */
    public Generation generate(String prompt, GenerationOptions options, Consumer<String> pieces) {
        int[] ids = ids(prompt);
        Sampler sampler = new Sampler(options.sampling(), tokenizer.vocabularySize(), options.seed());
        sampler.observe(ids);
        StreamingDecoder streaming = tokenizer.streamingDecoder();
        StringBuilder text = new StringBuilder();
        List<Integer> tokens = new ArrayList<>();
        Consumer<String> sink = piece -> {
            if (!piece.isEmpty()) {
                text.append(piece);
                pieces.accept(piece);
            }
        };
        decoder.restart();
        long start = System.nanoTime();
        Generation.End end = read(ids, sampler, options);
        long prefilled = System.nanoTime();
        while (end == null) {
            if (tokenizer.endOfText().equals(OptionalInt.of(next))) {
                end = Generation.End.END_OF_TEXT;
                continue;
            }
            tokens.add(next);
            sink.accept(streaming.next(next));
            end = tokens.size() >= options.maxTokens()
                    ? Generation.End.MAX_TOKENS
                    : read(new int[] {next}, sampler, options);
        }
        long done = System.nanoTime();
        sink.accept(streaming.finish());
        return new Generation(
                Arrays.stream(ids).boxed().toList(),
                tokens,
                text.toString(),
                end,
                Duration.ofNanos(prefilled - start),
                Duration.ofNanos(done - prefilled));
    }

    /** Reads tokens and chooses the next, or says why there is none. */
    private Generation.End read(int[] ids, Sampler sampler, GenerationOptions options) {
        if (options.maxTokens() == 0) {
            return Generation.End.MAX_TOKENS;
        }
        if (decoder.position() + ids.length > model.contextLength()) {
            return Generation.End.CONTEXT;
        }
        int last = decoder.position() + ids.length - 1;
        decoder.read(ids, (position, logits, offset) -> {
            if (position == last) {
                next = sampler.sample(logits, offset);
            }
        });
        return null;
    }

    /**
     * The number of a prompt's tokens.
     *
     * @throws QuipuException if the prompt cannot be continued: it is longer than the context, or empty where no token begins a
     *     text
     */
    public int check(String prompt) {
        return ids(prompt).length;
    }

    private int[] ids(String prompt) {
        int[] ids = tokenizer.encode(prompt);
        if (ids.length == 0) {
            int separator = tokenizer
                    .endOfText() // in training texts follow each other, and this token stands between them
                    .orElseThrow(
                            () -> QuipuException.of("text", "none", "prompt", "this model begins no text by itself"));
            return new int[] {separator};
        }
        if (ids.length > model.contextLength()) {
            throw QuipuException.of(
                    "at most " + model.contextLength() + " tokens, the model's context",
                    ids.length + " tokens",
                    "prompt",
                    "shorten it");
        }
        return ids;
    }

    @Override
    public void close() {
        decoder.close();
    }
}
