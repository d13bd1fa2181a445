package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;

/**
 * Which characters a normaliser replaces by which: {@code precompiled_charsmap} of a model. It holds the length of a trie in
 * bytes, the trie as an array of 32-bit units, and the replacements, each ended by a zero byte. Little-endian.
 *
 * <p>The trie is a double array in darts-clone's layout. In a unit, bit 31 marks a value in the bits below; otherwise bits 0
 * to 7 are the label of the edge that leads here, bit 8 says that a key ends here, and bits 10 to 30, shifted by 8 if bit 9 is
 * set, lead to the children: child {@code = position ^ offset ^ label}.
 *
 * @see <a href="https://github.com/s-yata/darts-clone">darts-clone</a>
 */
final class CharacterRules {
    private static final int VALUE_MARK = 1 << 31;

    /** SentencePiece looks at this many rules of one beginning and at none that is longer. */
    private static final int MOST_MATCHES = 32;

    private final int[] units;
    private final byte[] replacements;

    private CharacterRules(int[] units, byte[] replacements) {
        this.units = units;
        this.replacements = replacements;
    }

    static CharacterRules of(ByteBuffer charsmap) {
        long trieBytes = charsmap.remaining() < Integer.BYTES ? -1 : Integer.toUnsignedLong(charsmap.getInt());
        if (trieBytes < Integer.BYTES || trieBytes % Integer.BYTES != 0 || trieBytes >= charsmap.remaining()) {
            throw damaged("a trie of " + trieBytes + " bytes");
        }
        IntBuffer trie = charsmap.slice(charsmap.position(), (int) trieBytes)
                .order(charsmap.order())
                .asIntBuffer();
        int[] units = new int[trie.remaining()];
        trie.get(units);
        byte[] replacements = new byte[charsmap.remaining() - (int) trieBytes];
        charsmap.position(charsmap.position() + (int) trieBytes).get(replacements);
        if (replacements[replacements.length - 1] != 0) {
            throw damaged("a replacement without an end");
        }
        for (int unit : units) {
            if (unit < 0 && (unit & ~VALUE_MARK) >= replacements.length) {
                throw damaged("a replacement outside the list");
            }
        }
        return new CharacterRules(units, replacements);
    }

    private static QuipuException damaged(String found) {
        return QuipuException.of("rules of a normaliser", found, "precompiled_charsmap", "the file is damaged");
    }

    /**
     * The rule with the most bytes that a text has at a position: the number of bytes above, the replacement's index below;
     * 0 if there is none.
     */
    long longest(byte[] text, int from, int to) {
        long longest = 0;
        int matches = 0;
        int node = offset(units[0]);
        for (int at = from; at < to && matches < MOST_MATCHES; at++) {
            int label = Byte.toUnsignedInt(text[at]);
            node ^= label;
            if (node >= units.length || (units[node] & (VALUE_MARK | 0xFF)) != label) {
                break;
            }
            boolean ends = (units[node] >>> 8 & 1) != 0;
            node ^= offset(units[node]);
            if (ends && node < units.length && units[node] < 0) {
                longest = ((long) (at + 1 - from) << Integer.SIZE) | (units[node] & ~VALUE_MARK);
                matches++;
            }
        }
        return longest;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6) & Integer.MAX_VALUE;
    }

    byte[] replacements() {
        return replacements;
    }
}
