package dev.quipu.runtime.tokenizer.sentencepiece;

/**
 * Cuts between two characters that no piece contains side by side.
 *
 * @param vocabulary the pieces
 * @param table the characters that stand side by side in pieces
 * @param normalizer whether spaces become visible, and whether they are removed at the ends of a text: no part may end with
 *     one then
 */
record BytePairCuts(Vocabulary vocabulary, MergeTable table, NormalizerSpec normalizer) implements CutRule {
    @Override
    public boolean canCut(CharSequence text, int at) {
        int before = Character.codePointBefore(text, at);
        int behind = Character.codePointAt(text, at);
        if (isSurrogate(before) || isSurrogate(behind) || Character.isLowSurrogate(text.charAt(at))) {
            return false;
        }
        if (normalizer.removeExtraWhitespaces() && isSpace(before)) {
            return false;
        }
        int left = symbol(before);
        int right = symbol(behind);
        if (left == MergeTable.NONE || right == MergeTable.NONE) {
            return vocabulary.byteFallback() || isKnown(left) || isKnown(right);
        }
        return !table.areNeighbours(left, right) && (vocabulary.byteFallback() || isKnown(left) || isKnown(right));
    }

    /** Unknown characters that stand together are one unknown piece. */
    private boolean isKnown(int symbol) {
        return symbol != MergeTable.NONE && table.id(symbol) != vocabulary.unknown();
    }

    private int symbol(int codePoint) {
        return table.character(
                codePoint == ' ' && normalizer.escapeWhitespaces() ? Normalizer.VISIBLE_SPACE : codePoint);
    }

    private static boolean isSpace(int codePoint) {
        return codePoint == ' ' || codePoint == Normalizer.VISIBLE_SPACE;
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
