package dev.quipu.runtime.tokenizer.sentencepiece;

import com.google.protobuf.CodedInputStream;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.sentencepiece.SpecialPieces.Special;
import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec.ModelType;
import java.io.IOException;

/** Gathers the fields of a trainer's message over the defaults of the format. */
final class TrainerSpecReader implements SentencePieceReader.FieldReader {
    private static final TrainerSpec TRAINER = TrainerSpec.DEFAULT;
    private static final PieceRules RULES = PieceRules.DEFAULT;
    private static final SpecialPieces SPECIAL = SpecialPieces.DEFAULT;

    private ModelType modelType = TRAINER.modelType();
    private int vocabularySize = TRAINER.vocabularySize();
    private float characterCoverage = TRAINER.characterCoverage();
    private int longestSentence = TRAINER.longestSentence();
    private boolean treatWhitespaceAsSuffix = TRAINER.treatWhitespaceAsSuffix();
    private boolean byteFallback = TRAINER.byteFallback();
    private String unknownSurface = TRAINER.unknownSurface();
    private KeptFields kept = KeptFields.NONE;

    private int longestPiece = RULES.longestPiece();
    private boolean splitByUnicodeScript = RULES.splitByUnicodeScript();
    private boolean splitByNumber = RULES.splitByNumber();
    private boolean splitByWhitespace = RULES.splitByWhitespace();
    private boolean splitDigits = RULES.splitDigits();
    private boolean allowWhitespaceOnlyPieces = RULES.allowWhitespaceOnlyPieces();

    private int unknownId = SPECIAL.unknown().id();
    private int beginId = SPECIAL.beginOfText().id();
    private int endId = SPECIAL.endOfText().id();
    private int paddingId = SPECIAL.padding().id();
    private String unknownPiece = SPECIAL.unknown().text();
    private String beginPiece = SPECIAL.beginOfText().text();
    private String endPiece = SPECIAL.endOfText().text();
    private String paddingPiece = SPECIAL.padding().text();

    @Override
    public boolean read(int tag, CodedInputStream input) throws IOException {
        switch (tag) {
            case ModelTags.MODEL_TYPE -> modelType = modelType(input.readEnum());
            case ModelTags.VOCABULARY_SIZE -> vocabularySize = input.readInt32();
            case ModelTags.CHARACTER_COVERAGE -> characterCoverage = input.readFloat();
            case ModelTags.LONGEST_SENTENCE -> longestSentence = input.readInt32();
            case ModelTags.WHITESPACE_AS_SUFFIX -> treatWhitespaceAsSuffix = input.readBool();
            case ModelTags.BYTE_FALLBACK -> byteFallback = input.readBool();
            case ModelTags.UNKNOWN_SURFACE -> unknownSurface = input.readStringRequireUtf8();
            default -> {
                return readPieceRule(tag, input) || readSpecialPiece(tag, input);
            }
        }
        return true;
    }

    private boolean readPieceRule(int tag, CodedInputStream input) throws IOException {
        switch (tag) {
            case ModelTags.LONGEST_PIECE -> longestPiece = input.readInt32();
            case ModelTags.SPLIT_BY_UNICODE_SCRIPT -> splitByUnicodeScript = input.readBool();
            case ModelTags.SPLIT_BY_NUMBER -> splitByNumber = input.readBool();
            case ModelTags.SPLIT_BY_WHITESPACE -> splitByWhitespace = input.readBool();
            case ModelTags.SPLIT_DIGITS -> splitDigits = input.readBool();
            case ModelTags.WHITESPACE_ONLY_PIECES -> allowWhitespaceOnlyPieces = input.readBool();
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readSpecialPiece(int tag, CodedInputStream input) throws IOException {
        switch (tag) {
            case ModelTags.UNKNOWN_ID -> unknownId = input.readInt32();
            case ModelTags.BEGIN_ID -> beginId = input.readInt32();
            case ModelTags.END_ID -> endId = input.readInt32();
            case ModelTags.PADDING_ID -> paddingId = input.readInt32();
            case ModelTags.UNKNOWN_PIECE -> unknownPiece = input.readStringRequireUtf8();
            case ModelTags.BEGIN_PIECE -> beginPiece = input.readStringRequireUtf8();
            case ModelTags.END_PIECE -> endPiece = input.readStringRequireUtf8();
            case ModelTags.PADDING_PIECE -> paddingPiece = input.readStringRequireUtf8();
            default -> {
                return false;
            }
        }
        return true;
    }

    private static ModelType modelType(int number) {
        for (ModelType type : ModelType.values()) {
            if (type.number() == number) {
                return type;
            }
        }
        throw QuipuException.of("a model type of 1 to 4", String.valueOf(number), "trainer_spec", "");
    }

    void keep(KeptFields fields) {
        kept = kept.and(fields);
    }

    TrainerSpec spec() {
        return new TrainerSpec(
                modelType,
                vocabularySize,
                characterCoverage,
                longestSentence,
                new PieceRules(
                        longestPiece,
                        splitByUnicodeScript,
                        splitByNumber,
                        splitByWhitespace,
                        splitDigits,
                        allowWhitespaceOnlyPieces),
                treatWhitespaceAsSuffix,
                byteFallback,
                new SpecialPieces(
                        new Special(unknownId, unknownPiece),
                        new Special(beginId, beginPiece),
                        new Special(endId, endPiece),
                        new Special(paddingId, paddingPiece)),
                unknownSurface,
                kept);
    }
}
