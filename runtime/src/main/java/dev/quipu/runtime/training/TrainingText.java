package dev.quipu.runtime.training;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.chat.ChatTemplate;
import dev.quipu.runtime.data.ConversationFiles;
import dev.quipu.runtime.data.Corpus;
import dev.quipu.runtime.data.DataSplit;
import dev.quipu.runtime.data.DefaultCorpus;
import dev.quipu.runtime.data.PackedDocuments;
import dev.quipu.runtime.data.Rows;
import dev.quipu.runtime.data.TextFiles;
import dev.quipu.runtime.data.TextWindows;
import dev.quipu.runtime.data.TokenCache;
import dev.quipu.runtime.data.TokenFile;
import dev.quipu.runtime.data.TokenRange;
import dev.quipu.runtime.data.TokenStatistics;
import dev.quipu.runtime.generation.TextBeginning;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A text to train on, as tokens. */
public final class TrainingText implements AutoCloseable {
    private static final String JAVA_PROMPT = "public class ";

    private final List<Path> paths;
    private final String name;
    private final Optional<String> notice;
    private final Tokenizer tokenizer;
    private final Optional<String> chatTemplate;
    private final TokenFile tokens;

    private TrainingText(
            List<Path> paths,
            String name,
            Optional<String> notice,
            Tokenizer tokenizer,
            Optional<String> chatTemplate,
            TokenFile tokens) {
        this.paths = paths.stream().map(Path::toAbsolutePath).toList();
        this.name = name;
        this.notice = notice;
        this.tokenizer = tokenizer;
        this.chatTemplate = chatTemplate;
        this.tokens = tokens;
    }

    /**
     * Text files and folders, or conversations in {@code .jsonl} files, tokenized once and kept in the user's cache.
     *
     * @param paths none for the Java sources that JDKs carry
     * @throws QuipuException if a path is missing or cannot be read, or conversations come without a chat template
     */
    public static TrainingText of(List<Path> paths, Tokenizer tokenizer) {
        return of(paths, tokenizer, Optional.empty(), TokenCache.ofUser());
    }

    /** As {@link #of(List, Tokenizer)}, with tokens kept in a cache of the caller's. */
    public static TrainingText of(List<Path> paths, Tokenizer tokenizer, TokenCache cache) {
        return of(paths, tokenizer, Optional.empty(), cache);
    }

    /**
     * As {@link #of(List, Tokenizer)}, with tokens kept in a cache of the caller's.
     *
     * @param chatTemplate name of the template that conversations are written in; empty for the tokenizer's own
     */
    public static TrainingText of(
            List<Path> paths, Tokenizer tokenizer, Optional<String> chatTemplate, TokenCache cache) {
        if (ConversationFiles.areAll(paths)) {
            return conversations(paths, tokenizer, chatTemplate, cache);
        }
        if (chatTemplate.isPresent()) {
            throw QuipuException.of(
                    "conversations (*.jsonl) for a chat template",
                    "texts",
                    "data",
                    "leave out --chat-template " + chatTemplate.get());
        }
        if (paths.isEmpty()) {
            DefaultCorpus found = DefaultCorpus.find(Path.of(System.getProperty("java.home")), quipuHome());
            return of(paths, found.corpus(), found.notice(), tokenizer, cache);
        }
        return of(paths, TextFiles.of(paths), Optional.empty(), tokenizer, cache);
    }

    private static TrainingText of(
            List<Path> paths, Corpus corpus, Optional<String> notice, Tokenizer tokenizer, TokenCache cache) {
        TokenFile tokens = cache.tokens(corpus, tokenizer);
        return new TrainingText(paths, corpus.description(), notice, tokenizer, Optional.empty(), tokens);
    }

    private static TrainingText conversations(
            List<Path> paths, Tokenizer tokenizer, Optional<String> chatTemplate, TokenCache cache) {
        ConversationFiles files = ConversationFiles.of(paths);
        ChatTemplate template = chatTemplate
                .map(name -> ChatTemplate.named(name, tokenizer))
                .orElseGet(() -> ChatTemplate.of(tokenizer));
        TokenFile tokens = cache.tokens(files, template, tokenizer);
        return new TrainingText(paths, files.description(), Optional.empty(), tokenizer, chatTemplate, tokens);
    }

    /** The checkout that the running classes were built in, or the current folder. */
    private static Path quipuHome() {
        try {
            Path folder = Path.of(TrainingText.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            while (folder != null) {
                if (Files.exists(folder.resolve("quipu")) && Files.exists(folder.resolve("dsl/src/main"))) {
                    return folder;
                }
                folder = folder.getParent();
            }
        } catch (URISyntaxException e) {
            throw new AssertionError("classes are loaded from a file", e);
        }
        return Path.of("").toAbsolutePath();
    }

    /** What was asked for; empty for the default text. */
    public List<Path> paths() {
        return paths;
    }

    /** A few words for messages. */
    public String name() {
        return name;
    }

    /** A line for the user, where the text is not the one that was expected. */
    public Optional<String> notice() {
        return notice;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Name of the chat template that was asked for. */
    public Optional<String> chatTemplate() {
        return chatTemplate;
    }

    public TokenFile tokens() {
        return tokens;
    }

    /**
     * The part to train on and the part held out.
     *
     * @throws QuipuException if the text is shorter than one window
     */
    public DataSplit split(int sequence, double heldOut) {
        return DataSplit.of(tokens, name, sequence, heldOut);
    }

    /**
     * The part to train on and the part held out, as a run of some options cuts them.
     *
     * @throws QuipuException if the text is too short for it, or there is nothing in it to learn
     */
    DataSplit split(TrainingOptions options) {
        return switch (options.documents()) {
            case JOINED -> split(options.sequence(), options.validationShare());
            case SEPARATE -> {
                DataSplit split = DataSplit.ofDocuments(tokens, options.validationShare());
                if (rows(split.training(), options).isEmpty()) {
                    throw QuipuException.of(
                            "a document of at least 2 tokens with something to learn",
                            "none",
                            name,
                            "give more text, or train on --documents joined");
                }
                yield split;
            }
        };
    }

    /** The rows of a part; none where it has nothing to learn. */
    Optional<Rows> rows(TokenRange range, TrainingOptions options) {
        return switch (options.documents()) {
            case JOINED -> Optional.of(new TextWindows(tokens, range, options.sequence()));
            case SEPARATE ->
                PackedDocuments.of(tokens, range, options.sequence()).map(Rows.class::cast);
        };
    }

    /** The unigram entropy of the part that losses are measured on, in nats per token. */
    public double unigramEntropy(DataSplit split) {
        return TokenStatistics.unigramEntropy(tokens, split.validation().orElse(split.training()));
    }

    /**
     * How samples begin: a class for Java, the first question of the held-out conversations, otherwise the first whole line of the
     * held-out part.
     *
     * @param most tokens
     */
    int[] prompt(DataSplit split, int most) {
        TokenRange range = split.validation().orElse(split.training());
        return paths.isEmpty()
                ? TextBeginning.encode(tokenizer, JAVA_PROMPT)
                : new SamplePrompt(tokens, tokenizer, most).of(range);
    }

    /** Unmaps the tokens. */
    @Override
    public void close() {
        tokens.close();
    }
}
