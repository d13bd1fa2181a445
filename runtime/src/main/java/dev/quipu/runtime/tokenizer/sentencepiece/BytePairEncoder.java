package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.runtime.tokenizer.merging.PairMerger;
import java.util.Arrays;

/**
 * Byte-pair encoding: characters that stand side by side are merged, of all pairs that make a piece the one with the greatest
 * score first, and the leftmost of those.
 *
 * <p>A text falls apart, before any merge, between two characters that no piece contains side by side: what is merged on one
 * side is the same whatever stands on the other. English falls into words and less, which are remembered.
 */
final class BytePairEncoder implements PieceEncoder {
    private final Vocabulary vocabulary;
    private final MergeTable table;
    private final PairMerger merger;
    private final WordCache cache = new WordCache();
    private final UnusedPieces unusedPieces;

    private int count;
    private int[] symbols = new int[256];
    private int[] starts = new int[257];

    BytePairEncoder(Vocabulary vocabulary, MergeTable table) {
        this.vocabulary = vocabulary;
        this.table = table;
        this.unusedPieces = new UnusedPieces(vocabulary, table);
        this.merger = new PairMerger(table.rules(), vocabulary.hasUnused() ? this::remember : PairMerger.Listener.NONE);
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
            merger.merge(symbols, count);
            for (int at = 0; at < count; at = merger.next(at)) {
                outputSymbol(at, merger.next(at), text, output);
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

    private void remember(int left, int right, int symbol) {
        unusedPieces.remember(symbol, symbols[left], symbols[right], starts[right] - starts[left]);
    }
}
