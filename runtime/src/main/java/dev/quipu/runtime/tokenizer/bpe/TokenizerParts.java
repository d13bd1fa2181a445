package dev.quipu.runtime.tokenizer.bpe;

import java.util.ArrayList;
import java.util.List;

/** What a {@code tokenizer.json} describes. */
record TokenizerParts(
        TokenVocabulary vocabulary,
        List<AddedToken> added,
        Normalization normalization,
        PreTokenizer preTokenizer,
        BpeModel model,
        TokenTexts texts,
        PostProcessorReader.Frame frame) {
    /** Ids may leave gaps, but only so many for each token. */
    private static final int GAPS = 4;

    private static final int FREE_GAPS = 1 << 16;

    TokenizerParts {
        added = List.copyOf(added);
    }

    /** Reads a whole file, with the settings beside it; {@code name} is the tokenizer's, for messages. */
    static TokenizerParts read(JsonPart file, TokenizerSettings settings, String name) {
        // truncation and padding are for batches of examples; nobody applies them to a text of its own
        file.only(
                "version",
                "truncation",
                "padding",
                "added_tokens",
                "normalizer",
                "pre_tokenizer",
                "post_processor",
                "decoder",
                "model");
        if (!file.at("version").isAbsent() && !file.at("version").text().equals("1.0")) {
            throw file.at("version").refused("1.0");
        }
        PreTokenizerReader pieces = PreTokenizerReader.read(file.at("pre_tokenizer"), settings.prefixSpace());
        ModelReader model = ModelReader.read(file.at("model").object(), pieces.byteLevel());
        AddedTokenReader added = new AddedTokenReader(model.vocabulary());
        added.readArray(file.at("added_tokens"));
        added.readById(settings.addedTokens());
        List<Splitting> steps = new ArrayList<>(pieces.steps());
        model.mark().ifPresent(mark -> steps.add(new Splitting.MarkedWords(mark)));
        TokenTexts texts = DecoderReader.read(file.at("decoder"));
        TokenVocabulary vocabulary =
                new TokenVocabulary(name, size(file, model, added.tokens()), model.vocabulary(), added.tokens(), texts);
        PostProcessorReader.Frame frame = PostProcessorReader.read(file.at("post_processor"));
        if (frame.begin().orElse(0) >= vocabulary.size() || frame.end().orElse(0) >= vocabulary.size()) {
            throw file.at("post_processor").refused("ids of tokens");
        }
        return new TokenizerParts(
                vocabulary,
                added.tokens(),
                NormalizerReader.read(file.at("normalizer")),
                new PreTokenizer(steps),
                model.model(),
                texts,
                frame);
    }

    private static int size(JsonPart file, ModelReader model, List<AddedToken> added) {
        int highest = -1;
        for (int id : model.vocabulary().values()) {
            highest = Math.max(highest, id);
        }
        for (AddedToken token : added) {
            highest = Math.max(highest, token.id());
        }
        long tokens = (long) model.vocabulary().size() + added.size();
        if (tokens == 0 || highest > GAPS * tokens + FREE_GAPS) {
            throw file.at("model").at("vocab").refused("ids from 0 on without wide gaps, not up to " + highest + ",");
        }
        return highest + 1;
    }
}
