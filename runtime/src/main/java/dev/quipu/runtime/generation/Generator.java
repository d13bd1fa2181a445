package dev.quipu.runtime.generation;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

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
    private final List<Integer> cached = new ArrayList<>();

    /**
     * @param state the model's weights; caches are added to it
     * @throws QuipuException if the tokenizer has ids that the model does not know
     */
    public Generator(Model model, Tokenizer tokenizer, State state, Device device) {
        this(model, tokenizer, new Decoder(new Compiler(false), model, state, device));
    }

    /**
     * A generator that continues some texts at a time.
     *
     * @param batch how many prompts are continued together; see {@link #generateAll}
     * @throws QuipuException if the tokenizer has ids that the model does not know
     */
    public Generator(Model model, Tokenizer tokenizer, State state, Device device, int batch) {
        this(model, tokenizer, new Decoder(new Compiler(false), model, state, device, batch));
    }

    /** A generator over a decoder, which it closes. */
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
     * Continues a prompt until the end of the text, a stop, the end of the context, or of the tokens asked for.
     *
     * @param prompt may be empty where the tokenizer has a token that begins texts or stands between them
     * @param pieces is given the new text, in pieces of whole characters, as it is made
     * @throws QuipuException if the prompt leaves no room in the context
     */
    public Generation generate(String prompt, GenerationOptions options, Consumer<String> pieces) {
        return generate(ids(prompt), options, pieces);
    }

    /**
     * Continues a prompt of tokens; see {@link #generate(String, GenerationOptions, Consumer)}. It is read anew, with the weights as
     * they are now.
     *
     * @param ids at least one token
     */
    public Generation generate(int[] ids, GenerationOptions options, Consumer<String> pieces) {
        cached.clear();
        return continueText(ids, options, pieces);
    }

    /**
     * Continues a text of which this generator may have read the beginning already: as a prompt or as what it wrote. Only what is
     * new is read.
     *
     * @param ids the whole text, at least one token
     * @throws QuipuException if it leaves no room in the context
     */
    public Generation continueText(int[] ids, GenerationOptions options, Consumer<String> pieces) {
        checkRoom(ids);
        int known = 0;
        while (known < Math.min(cached.size(), ids.length - 1) && cached.get(known) == ids[known]) {
            known++;
        }
        Continuation text = new Continuation(ids, known, tokenizer, model.vocabularySize(), options, pieces);
        cached.subList(known, cached.size()).clear();
        decoder.rewind(0, known);
        Generation generation = run(List.of(text)).getFirst();
        cached.addAll(generation.prompt().subList(known, ids.length));
        cached.addAll(generation.tokens());
        cached.subList(decoder.position(0), cached.size()).clear(); // the last token was chosen but not read
        return generation;
    }

    /**
     * Continues several prompts, as many together as the batch has room for. Each text is the one that {@link #generate} gives for
     * it alone with the options' seed plus the prompt's number; logits differ in their last bits, as sums of other sizes do.
     *
     * @param done is given each text with its number as its group is finished
     * @throws QuipuException if a prompt leaves no room in the context
     */
    public void generateAll(List<String> prompts, GenerationOptions options, ObjIntConsumer<Generation> done) {
        List<int[]> ids = prompts.stream().map(this::ids).toList();
        cached.clear();
        for (int first = 0; first < ids.size(); first += decoder.sequences()) {
            List<Continuation> group = new ArrayList<>();
            for (int i = first; i < Math.min(ids.size(), first + decoder.sequences()); i++) {
                GenerationOptions own = options.withSeed(options.seed() + i);
                group.add(new Continuation(ids.get(i), 0, tokenizer, model.vocabularySize(), own, piece -> {}));
                decoder.rewind(i - first, 0);
            }
            List<Generation> made = run(group);
            for (int i = 0; i < made.size(); i++) {
                done.accept(made.get(i), first + i);
            }
        }
    }

    /** Reads and chooses until all texts have ended; those that have wait. */
    private List<Generation> run(List<Continuation> texts) {
        long start = System.nanoTime();
        step(texts);
        long prefilled = System.nanoTime();
        while (!texts.stream().allMatch(Continuation::hasEnded)) {
            step(texts);
        }
        return texts.stream().map(text -> text.result(start, prefilled)).toList();
    }

    private void step(List<Continuation> texts) {
        List<int[]> unread = new ArrayList<>();
        for (int i = 0; i < decoder.sequences(); i++) {
            if (i < texts.size() && decoder.position(i) + texts.get(i).unread().length > model.contextLength()) {
                texts.get(i).end(Generation.End.CONTEXT);
            }
            unread.add(i < texts.size() ? texts.get(i).unread() : new int[0]);
        }
        decoder.readToLast(
                unread,
                (sequence, position, logits, offset) -> texts.get(sequence).choose(logits, offset));
    }

    /**
     * The ids of a prompt as the model is to read it: behind the token that begins texts, where prompts of this tokenizer have one.
     *
     * @throws QuipuException if the prompt cannot be continued: it is longer than the context, or empty where no token begins a
     *     text
     */
    public int[] ids(String prompt) {
        int[] ids = TextBeginning.encode(tokenizer, prompt);
        if (ids.length == 0) {
            throw QuipuException.of("text", "none", "prompt", "this model begins no text by itself");
        }
        checkRoom(ids);
        return ids;
    }

    private void checkRoom(int[] ids) {
        if (ids.length > model.contextLength()) {
            throw QuipuException.of(
                    "at most " + model.contextLength() + " tokens, the model's context",
                    ids.length + " tokens",
                    "prompt",
                    "shorten it");
        }
    }

    @Override
    public void close() {
        decoder.close();
    }
}
