package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.StreamingDecoder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.sentencepiece.SpecialPieces.Special;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A tokenizer that does what SentencePiece does with a model, token for token: normalisation, byte-pair or unigram pieces,
 * bytes for characters without a piece.
 */
public final class SentencePieceTokenizer implements Tokenizer {
    /** The file's name in a model folder. */
    public static final String FILE = "tokenizer.model";

    private static final OptionalInt NONE = OptionalInt.empty();

    /** Working memory of a longer text is not kept. */
    private static final int KEPT_BYTES = 1 << 22;

    private final SentencePieceFiles files;
    private final TokenizerConfig config;
    private final Vocabulary vocabulary;
    private final Normalizer normalizer;
    private final EncoderFactory encoders;
    private final DecodingRules decodingRules;
    private final SpecialNames specials;
    private final OptionalInt beginOfText;
    private final OptionalInt endOfText;
    private final Set<Integer> endsOfText;
    private final Queue<Workplace> workplaces = new ConcurrentLinkedQueue<>();

    private record Workplace(PieceEncoder encoder, GrowingBytes normalized) {}

    private SentencePieceTokenizer(SentencePieceFiles files) {
        this.files = files;
        this.config = files.config();
        SentencePieceModel model = files.model();
        NormalizerSpec spec = config.addsSpace() ? model.normalizer() : withoutSpace(model.normalizer());
        SpecialPieces special = model.trainer().specialPieces();
        this.vocabulary = new Vocabulary(model, config.added());
        this.normalizer = new Normalizer(spec, model.trainer().treatWhitespaceAsSuffix(), vocabulary.userDefined());
        this.encoders = EncoderFactory.of(model, vocabulary, normalizer);
        this.decodingRules = DecodingRules.of(model, spec, vocabulary);
        this.specials = new SpecialNames(vocabulary.specials(), config.added());
        this.beginOfText = end(config.begin(), special.beginOfText());
        this.endOfText = end(config.end(), special.endOfText());
        this.endsOfText = allEnds();
    }

    private static NormalizerSpec withoutSpace(NormalizerSpec spec) {
        return new NormalizerSpec(
                spec.name(),
                spec.precompiledCharsmap(),
                false,
                spec.removeExtraWhitespaces(),
                spec.escapeWhitespaces(),
                spec.kept());
    }

    /** The id of the piece at an end of a text: the one that the folder names, or else the model. */
    private OptionalInt end(Optional<Optional<String>> configured, Special ofModel) {
        if (configured.isEmpty()) {
            OptionalInt id = specials.id(ofModel.text());
            boolean isOther = id.isPresent() && id.getAsInt() == vocabulary.unknown();
            return id.isEmpty() && vocabulary.has(ofModel) ? OptionalInt.of(ofModel.id()) : isOther ? NONE : id;
        }
        Optional<String> name = configured.get();
        OptionalInt id = name.isPresent() ? specials.id(name.get()) : NONE;
        if (name.isPresent() && id.isEmpty()) {
            throw QuipuException.of("a special token of the vocabulary", name.get(), TokenizerConfigReader.CONFIG, "");
        }
        return id;
    }

    private Set<Integer> allEnds() {
        Set<Integer> ends = new LinkedHashSet<>(config.ends());
        endOfText.ifPresent(ends::add);
        ends.forEach(decodingRules::check);
        return Set.copyOf(ends);
    }

    /**
     * The tokenizer of a model file, and of the {@code tokenizer_config.json} beside it if there is one.
     *
     * @throws QuipuException if a file is damaged or asks for what is not supported
     */
    public static SentencePieceTokenizer open(Path file) {
        return named(file.toString(), SentencePieceFiles.read(file));
    }

    /** The tokenizer of files that come from somewhere: the parts of a model that are refused late do not know from where. */
    static SentencePieceTokenizer named(String where, SentencePieceFiles files) {
        try {
            return new SentencePieceTokenizer(files);
        } catch (QuipuException e) {
            throw new QuipuException(where + ": " + e.getMessage(), e);
        }
    }

    /**
     * The tokenizer of a file of llama2.c's. It is saved as a model file.
     *
     * @throws QuipuException if the file is damaged
     */
    public static SentencePieceTokenizer openLlama2c(Path file) {
        return of(Llama2cTokenizerFile.read(file));
    }

    /** The tokenizer of a model, where prompts begin with its begin-of-text piece if it has one. */
    public static SentencePieceTokenizer of(SentencePieceModel model) {
        return new SentencePieceTokenizer(SentencePieceFiles.of(model));
    }

    /**
     * The tokenizer of a model that says nothing about prompts itself.
     *
     * @param beginsPrompts whether prompts begin with the begin-of-text piece
     * @param chatTemplate the Jinja template that makes a prompt of a chat, if there is one
     */
    public static SentencePieceTokenizer of(
            SentencePieceModel model, boolean beginsPrompts, Optional<String> chatTemplate) {
        return new SentencePieceTokenizer(SentencePieceFiles.of(model, beginsPrompts, chatTemplate));
    }

    /** The model that this tokenizer follows. */
    public SentencePieceModel model() {
        return files.model();
    }

    @Override
    public String name() {
        return files.name();
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public int[] encode(String text) {
        return encode(text, true);
    }

    @Override
    public int[] encodeContinuation(String text) {
        return encode(text, false);
    }

    private int[] encode(String text, boolean begins) {
        TokenOutput output = new TokenOutput(vocabulary, text.length() / 3);
        encode(text, begins, output);
        return output.toArray();
    }

    private void encode(String text, boolean begins, TokenOutput output) {
        Workplace kept = workplaces.poll();
        Workplace workplace = kept == null ? new Workplace(encoders.encoders().get(), new GrowingBytes(256)) : kept;
        GrowingBytes normalized = workplace.normalized;
        normalizer.normalize(text.getBytes(StandardCharsets.UTF_8), begins, normalized);
        int size = normalized.size();
        normalized.add(new byte[Long.BYTES]);
        workplace.encoder.encode(normalized.array(), size, output);
        normalized.clear();
        if (size <= KEPT_BYTES) {
            workplaces.add(workplace);
        }
    }

    @Override
    public boolean canCut(CharSequence text, int at) {
        return at == 0 || at == text.length() || encoders.cuts().canCut(text, at);
    }

    @Override
    public int[] encodeWithSpecials(String text) {
        TokenOutput output = new TokenOutput(vocabulary, text.length() / 3);
        specials.split(
                text,
                (part, isBehindSpecial) -> encode(part, !isBehindSpecial || config.spaceBehindSpecials(), output),
                output::add);
        return output.toArray();
    }

    @Override
    public OptionalInt special(String name) {
        return specials.id(name);
    }

    @Override
    public String piece(int token) {
        return decodingRules.check(token).text();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new SentencePieceDecoder(vocabulary, decodingRules);
    }

    @Override
    public boolean beginsPrompts() {
        return beginOfText.isPresent() && config.beginsPrompts();
    }

    @Override
    public OptionalInt beginOfText() {
        return beginOfText;
    }

    @Override
    public OptionalInt endOfText() {
        return endOfText;
    }

    @Override
    public Set<Integer> endsOfText() {
        return endsOfText;
    }

    @Override
    public Optional<String> chatTemplate() {
        return config.chatTemplate();
    }

    @Override
    public void save(Path folder) throws IOException {
        files.write(folder);
    }
}
