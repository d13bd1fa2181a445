package dev.quipu.runtime.tokenizer.sentencepiece;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Gathers the fields of a normalizer's message over the defaults of the format. */
final class NormalizerSpecReader implements SentencePieceReader.FieldReader {
    private String name = "";
    private ByteBuffer precompiledCharsmap = ByteBuffer.allocate(0);
    private boolean addDummyPrefix = true;
    private boolean removeExtraWhitespaces = true;
    private boolean escapeWhitespaces = true;
    private KeptFields kept = KeptFields.NONE;

    @Override
    public boolean read(int tag, CodedInputStream input) throws IOException {
        switch (tag) {
            case ModelTags.NORMALIZER_NAME -> name = input.readStringRequireUtf8();
            case ModelTags.PRECOMPILED_CHARSMAP -> precompiledCharsmap = input.readByteBuffer();
            case ModelTags.ADD_DUMMY_PREFIX -> addDummyPrefix = input.readBool();
            case ModelTags.REMOVE_EXTRA_WHITESPACES -> removeExtraWhitespaces = input.readBool();
            case ModelTags.ESCAPE_WHITESPACES -> escapeWhitespaces = input.readBool();
            default -> {
                return false;
            }
        }
        return true;
    }

    void keep(KeptFields fields) {
        kept = kept.and(fields);
    }

    NormalizerSpec spec() {
        return new NormalizerSpec(
                name, precompiledCharsmap, addDummyPrefix, removeExtraWhitespaces, escapeWhitespaces, kept);
    }
}
