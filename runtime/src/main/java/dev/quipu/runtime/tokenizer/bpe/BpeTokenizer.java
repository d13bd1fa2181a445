package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.StreamingDecoder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Byte-pair encoding as a {@code tokenizer.json} describes it.
 *
 * <p>Added tokens that are not special are found in any text, as the original finds them; special ones only by
 * {@link #encodeWithSpecials}. Bytes that are not UTF-8 decode to replacement characters one by one as in {@link String},
 * where the original replaces all bytes of a run that has a wrong one. Nothing is cleaned up behind decoding:
 * {@code clean_up_tokenization_spaces} of old folders, by which spaces before punctuation vanish, is not followed.
 */
public final class BpeTokenizer implements Tokenizer {
    private static final int CHARS_PER_TOKEN = 3;

    private final String name;
    private final TokenVocabulary vocabulary;
    private final AddedTokenMatcher beforeNormalization;
    private final AddedTokenMatcher afterNormalization;
    private final Normalization normalization;
    private final PreTokenizer preTokenizer;
    private final BpeModel model;
    private final TokenTexts texts;
    private final TextEnds ends;
    private final Optional<String> chatTemplate;
    private final ModelFolder folder;

    BpeTokenizer(TokenizerParts parts, TextEnds ends, Optional<String> chatTemplate, ModelFolder folder) {
        this.name = folder.name();
        this.vocabulary = parts.vocabulary();
        this.normalization = parts.normalization();
        List<AddedToken> added = parts.added();
        this.beforeNormalization = new AddedTokenMatcher(
                added.stream().filter(token -> !token.normalized()).toList(), content -> content);
        this.afterNormalization = new AddedTokenMatcher(
                added.stream().filter(AddedToken::normalized).toList(),
                content -> normalization.apply(content, Place.BEGINNING));
        this.preTokenizer = parts.preTokenizer();
        this.model = parts.model();
        this.texts = parts.texts();
        this.ends = ends;
        this.chatTemplate = chatTemplate;
        this.folder = folder;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public int[] encode(String text) {
        return encode(text, Place.BEGINNING, false);
    }

    @Override
    public int[] encodeContinuation(String text) {
        return encode(text, Place.CONTINUATION, false);
    }

    @Override
    public int[] encodeWithSpecials(String text) {
        return encode(text, Place.BEGINNING, true);
    }

    private int[] encode(String text, Place place, boolean specials) {
        TokenList tokens = new TokenList(text.length() / CHARS_PER_TOKEN);
        WordSink words = preTokenizer.before(new WordEncoder(model, tokens));
        each(beforeNormalization, text, place, specials, tokens, (piece, piecePlace) -> {
            String normalized = normalization.apply(piece, piecePlace);
            each(afterNormalization, normalized, piecePlace, specials, tokens, (part, partPlace) -> {
                char[] characters = part.toCharArray();
                words.take(characters, 0, characters.length, partPlace);
            });
        });
        return tokens.toArray();
    }

    private interface PieceSink {
        void take(String piece, Place place);
    }

    private static void each(
            AddedTokenMatcher matcher, String text, Place place, boolean specials, TokenList tokens, PieceSink pieces) {
        matcher.split(text, specials, new AddedTokenMatcher.Sink() {
            @Override
            public void token(int id) {
                tokens.add(id);
            }

            @Override
            public void text(int begin, int end) {
                pieces.take(text.substring(begin, end), place.of(begin == 0));
            }
        });
    }

    @Override
    public boolean canCut(CharSequence text, int at) {
        if (at == 0 || at == text.length()) {
            return true;
        }
        char behind = text.charAt(at);
        // nothing cuts between two letters; that is seen soonest where a word is long
        if (Character.isSurrogate(behind)
                || (CharacterClass.isLetter(behind) && CharacterClass.isLetter(text.charAt(at - 1)))) {
            return false;
        }
        int from = Math.max(0, at - 2);
        String around = text.subSequence(from, at + 1).toString();
        Optional<String> normalized = normalization.pair(around);
        if (normalized.isEmpty() || !preTokenizer.canCut(normalized.get(), at - from)) {
            return false;
        }
        String pair = around.substring(at - 1 - from);
        return !beforeNormalization.mayPart(pair) && !afterNormalization.mayPart(pair);
    }

    @Override
    public OptionalInt special(String content) {
        return vocabulary.special(content);
    }

    @Override
    public String piece(int token) {
        return vocabulary.piece(token);
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new BpeDecoder(vocabulary, texts);
    }

    @Override
    public boolean beginsPrompts() {
        return ends.beginsPrompts();
    }

    @Override
    public OptionalInt beginOfText() {
        return ends.begin();
    }

    @Override
    public OptionalInt endOfText() {
        return ends.end();
    }

    @Override
    public Set<Integer> endsOfText() {
        return ends.ends();
    }

    @Override
    public Optional<String> chatTemplate() {
        return chatTemplate;
    }

    /**
     * The vocabulary as GGUF's metadata holds it.
     *
     * @throws QuipuException naming what GGUF has no words for
     */
    public ByteLevelBpe byteLevel() {
        return ByteLevelReader.of(folder.json(TokenizerSettings.read(folder.files(), folder.where())), this);
    }

    /** Writes the files that the tokenizer was read from, byte for byte. */
    @Override
    public void save(Path target) throws IOException {
        for (Map.Entry<String, byte[]> file : folder.files().entrySet()) {
            Files.write(target.resolve(file.getKey()), file.getValue());
        }
    }

    /**
     * Reads a {@code tokenizer.json} and the files beside it that tell more: {@code tokenizer_config.json},
     * {@code generation_config.json}, {@code special_tokens_map.json}, {@code chat_template.jinja}.
     *
     * @throws QuipuException if the file is damaged, or asks for something that is not supported, named by its JSON path
     */
    public static BpeTokenizer open(Path file) {
        return ModelFolder.withJson(file).tokenizer();
    }

    /**
     * Reads GPT-2's older layout: {@code vocab.json}, {@code merges.txt} beside it, and the files that {@link #open} reads.
     *
     * @throws QuipuException as {@link #open}
     */
    public static BpeTokenizer openVocabulary(Path file) {
        return ModelFolder.withVocabulary(file).tokenizer();
    }
}
