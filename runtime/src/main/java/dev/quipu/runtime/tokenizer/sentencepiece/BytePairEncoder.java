package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.Arrays;

/**
 * Byte-pair encoding: characters that stand side by side are merged, of all pairs that make a piece the one with the greatest
 * score first, and the leftmost of those.
 *
 * <p>A text falls apart, before any merge, between two characters that no piece contains side by side: what is merged on one
 * side is the same whatever stands on the other. English falls into words and less, which are remembered.
 */
final class BytePairEncoder implements PieceEncoder {
    /** A symbol that was merged into the one before it. */
    private static final int GONE = -2;

    private final Vocabulary vocabulary;
    private final MergeTable table;
    private final MergeQueue queue;
    private final WordCache cache = new WordCache();
    private final UnusedPieces unusedPieces;

    private int count;
    private int[] symbols = new int[256];
    private int[] starts = new int[257];
    private int[] next = new int[256];
    private int[] previous = new int[256];

    BytePairEncoder(Vocabulary vocabulary, MergeTable table) {
        this.vocabulary = vocabulary;
        this.table = table;
        this.queue = new MergeQueue(table.rankCount());
        this.unusedPieces = new UnusedPieces(vocabulary, table);
    }

    @Override
    public void encode(byte[] text, int size, TokenOutput output) {
        ByteTrie whole = vocabulary.userDefined();
        boolean hasWhole = !whole.isEmpty();
        boolean fallsApart = !vocabulary.hasUnused();
        count = 0;
        int before = MergeTable.NONE;
        int at = 0;
        while (at < size) {
            int wholeLength = hasWhole ? whole.longest(text, at, size) : 0;
            if (wholeLength > 0) {
                // Left and right of a text that is always whole nothing is merged with it.
                output(text, at, output);
                output.add(whole.value(text, at, at + wholeLength), text, at, at + wholeLength);
                at += wholeLength;
                continue;
            }
            int length = Utf8.announcedLength(text, at, size);
            int symbol = table.character(Utf8.codePoint(text, at, length));
            if (count > 0 && fallsApart && !areNeighbours(before, symbol)) {
                output(text, at, output);
            }
            add(symbol, at);
            before = symbol;
            at += length;
        }
        output(text, size, output);
    }

    private boolean areNeighbours(int left, int right) {
        return left != MergeTable.NONE && right != MergeTable.NONE && table.areNeighbours(left, right);
    }

    private void add(int symbol, int start) {
        if (count == symbols.length) {
            symbols = Arrays.copyOf(symbols, 2 * count);
            starts = Arrays.copyOf(starts, 2 * count + 1);
        }
        symbols[count] = symbol;
        starts[count++] = start;
    }

    /** Writes the ids of the characters that were gathered, up to a position in the text, and begins to gather anew. */
    private void output(byte[] text, int to, TokenOutput output) {
        if (count == 0) {
            return;
        }
        starts[count] = to;
        if (count == 1) {
            outputSymbol(0, 1, text, output);
        } else if (!cache.find(text, starts[0], to, output)) {
            int firstId = output.size();
            merge();
            for (int at = 0; at < count; at = next[at]) {
                outputSymbol(at, next[at], text, output);
            }
            if (!vocabulary.hasUnused()) {
                cache.put(text, starts[0], to, output, firstId);
            }
        }
        count = 0;
    }

    private void outputSymbol(int at, int end, byte[] text, TokenOutput output) {
        int symbol = symbols[at];
        if (symbol == MergeTable.NONE) {
            output.add(vocabulary.unknown(), text, starts[at], starts[end]);
        } else {
            unusedPieces.output(symbol, text, starts[at], starts[end], output);
        }
    }

    private void merge() {
        if (next.length < count) {
            next = new int[symbols.length];
            previous = new int[symbols.length];
        }
        for (int at = 0; at < count; at++) {
            next[at] = at + 1;
            previous[at] = at - 1;
        }
        for (int at = 1; at < count; at++) {
            offer(at - 1, at);
        }
        while (queue.next()) {
            int left = queue.left();
            int right = next[left];
            if (symbols[left] == GONE || right >= count || next[right] != queue.end()) {
                // One of the two symbols has become another since.
                continue;
            }
            symbols[left] = queue.symbol();
            symbols[right] = GONE;
            next[left] = next[right];
            if (next[left] < count) {
                previous[next[left]] = left;
            }
            if (left > 0) {
                offer(previous[left], left);
            }
            if (next[left] < count) {
                offer(left, next[left]);
            }
        }
    }

    private void offer(int left, int right) {
        if (symbols[left] == MergeTable.NONE || symbols[right] == MergeTable.NONE) {
            return;
        }
        int symbol = table.merged(symbols[left], symbols[right]);
        if (symbol != MergeTable.NONE) {
            queue.add(table.rank(symbol), left, next[right], symbol);
            unusedPieces.remember(symbol, symbols[left], symbols[right], starts[right] - starts[left]);
        }
    }
}
