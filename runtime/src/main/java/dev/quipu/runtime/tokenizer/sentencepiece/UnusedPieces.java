package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.HashMap;
import java.util.Map;

/**
 * Pieces that are merged but not given out: in their place come the two symbols that were last seen to make one, wherever in
 * the text that was.
 */
final class UnusedPieces {
    private final Vocabulary vocabulary;
    private final MergeTable table;
    private final Map<Integer, Parts> partsOf = new HashMap<>();

    private record Parts(int left, int right, int leftBytes) {}

    UnusedPieces(Vocabulary vocabulary, MergeTable table) {
        this.vocabulary = vocabulary;
        this.table = table;
    }

    /** Notes that two symbols make a third, which may be an unused piece. */
    void remember(int symbol, int left, int right, int leftBytes) {
        if (isUnused(symbol)) {
            partsOf.put(symbol, new Parts(left, right, leftBytes));
        }
    }

    private boolean isUnused(int symbol) {
        return vocabulary.hasUnused() && vocabulary.type(table.id(symbol)) == SentencePiece.Type.UNUSED;
    }

    /** Writes the id of a symbol, or of its parts. */
    void output(int symbol, byte[] text, int from, int to, TokenOutput output) {
        Parts parts = isUnused(symbol) ? partsOf.get(symbol) : null;
        if (parts == null) {
            output.add(table.id(symbol), text, from, to);
        } else {
            output(parts.left, text, from, from + parts.leftBytes, output);
            output(parts.right, text, from + parts.leftBytes, to, output);
        }
    }
}
