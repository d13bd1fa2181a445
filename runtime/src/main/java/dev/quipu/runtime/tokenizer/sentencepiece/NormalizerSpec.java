package dev.quipu.runtime.tokenizer.sentencepiece;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What is done to a text before it is cut into pieces, or after pieces are put together.
 *
 * @param name of the rules: {@code nmt_nfkc}, {@code identity}
 * @param precompiledCharsmap the rules themselves, a trie and the replacements as SentencePiece lays them out; empty for none.
 *     Read-only and little-endian, a new view at every call
 * @param addDummyPrefix whether a text gets a space in front, so that its first word looks like every other
 * @param removeExtraWhitespaces whether spaces at both ends go away and several spaces become one
 * @param escapeWhitespaces whether spaces become U+2581
 * @param kept fields without a meaning here
 */
public record NormalizerSpec(
        String name,
        ByteBuffer precompiledCharsmap,
        boolean addDummyPrefix,
        boolean removeExtraWhitespaces,
        boolean escapeWhitespaces,
        KeptFields kept) {
    /** Rules that change no character, with a model file's default treatment of spaces. */
    public static final NormalizerSpec IDENTITY =
            new NormalizerSpec("identity", ByteBuffer.allocate(0), true, true, true, KeptFields.NONE);

    public NormalizerSpec {
        byte[] copy = new byte[precompiledCharsmap.remaining()];
        precompiledCharsmap.duplicate().get(copy);
        precompiledCharsmap = ByteBuffer.wrap(copy).asReadOnlyBuffer();
    }

    @Override
    public ByteBuffer precompiledCharsmap() {
        return precompiledCharsmap.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The same rules, with extra spaces removed or kept. */
    public NormalizerSpec withRemoveExtraWhitespaces(boolean remove) {
        return new NormalizerSpec(name, precompiledCharsmap, addDummyPrefix, remove, escapeWhitespaces, kept);
    }
}
