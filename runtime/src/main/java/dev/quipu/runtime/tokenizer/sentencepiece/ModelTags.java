package dev.quipu.runtime.tokenizer.sentencepiece;

/**
 * The tags of the fields in a model file: the field's number in {@code sentencepiece_model.proto} and how its value is laid out.
 */
final class ModelTags {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;
    private static final int WIRE_BITS = 3;

    static final int PIECES = 1 << WIRE_BITS | LENGTH_DELIMITED;
    static final int TRAINER_SPEC = 2 << WIRE_BITS | LENGTH_DELIMITED;
    static final int NORMALIZER_SPEC = 3 << WIRE_BITS | LENGTH_DELIMITED;
    static final int DENORMALIZER_SPEC = 5 << WIRE_BITS | LENGTH_DELIMITED;

    static final int PIECE_TEXT = 1 << WIRE_BITS | LENGTH_DELIMITED;
    static final int PIECE_SCORE = 2 << WIRE_BITS | FIXED_32;
    static final int PIECE_TYPE = 3 << WIRE_BITS | VARINT;

    static final int MODEL_TYPE = 3 << WIRE_BITS | VARINT;
    static final int VOCABULARY_SIZE = 4 << WIRE_BITS | VARINT;
    static final int CHARACTER_COVERAGE = 10 << WIRE_BITS | FIXED_32;
    static final int LONGEST_SENTENCE = 18 << WIRE_BITS | VARINT;
    static final int LONGEST_PIECE = 20 << WIRE_BITS | VARINT;
    static final int SPLIT_BY_UNICODE_SCRIPT = 21 << WIRE_BITS | VARINT;
    static final int SPLIT_BY_WHITESPACE = 22 << WIRE_BITS | VARINT;
    static final int SPLIT_BY_NUMBER = 23 << WIRE_BITS | VARINT;
    static final int WHITESPACE_AS_SUFFIX = 24 << WIRE_BITS | VARINT;
    static final int SPLIT_DIGITS = 25 << WIRE_BITS | VARINT;
    static final int WHITESPACE_ONLY_PIECES = 26 << WIRE_BITS | VARINT;
    static final int BYTE_FALLBACK = 35 << WIRE_BITS | VARINT;
    static final int UNKNOWN_ID = 40 << WIRE_BITS | VARINT;
    static final int BEGIN_ID = 41 << WIRE_BITS | VARINT;
    static final int END_ID = 42 << WIRE_BITS | VARINT;
    static final int PADDING_ID = 43 << WIRE_BITS | VARINT;
    static final int UNKNOWN_SURFACE = 44 << WIRE_BITS | LENGTH_DELIMITED;
    static final int UNKNOWN_PIECE = 45 << WIRE_BITS | LENGTH_DELIMITED;
    static final int BEGIN_PIECE = 46 << WIRE_BITS | LENGTH_DELIMITED;
    static final int END_PIECE = 47 << WIRE_BITS | LENGTH_DELIMITED;
    static final int PADDING_PIECE = 48 << WIRE_BITS | LENGTH_DELIMITED;

    static final int NORMALIZER_NAME = 1 << WIRE_BITS | LENGTH_DELIMITED;
    static final int PRECOMPILED_CHARSMAP = 2 << WIRE_BITS | LENGTH_DELIMITED;
    static final int ADD_DUMMY_PREFIX = 3 << WIRE_BITS | VARINT;
    static final int REMOVE_EXTRA_WHITESPACES = 4 << WIRE_BITS | VARINT;
    static final int ESCAPE_WHITESPACES = 5 << WIRE_BITS | VARINT;

    private ModelTags() {}

    /** The field's number in a tag. */
    static int field(int tag) {
        return tag >>> WIRE_BITS;
    }
}
