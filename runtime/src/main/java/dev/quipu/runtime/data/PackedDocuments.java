package dev.quipu.runtime.data;

import dev.quipu.runtime.buffer.Buffer;
import java.util.Optional;

/**
 * Whole documents, several to a row, each apart from the others: a token's target is never of another document. A document that
 * is longer than a row is cut into pieces that are treated as documents of their own. What is left of a row is filled with tokens
 * that have no targets. A row is known by its number.
 */
public final class PackedDocuments implements Rows {
    private final TokenFile tokens;
    private final int sequence;
    private final DocumentPieces pieces;
    private final RowPacking packing;

    private PackedDocuments(TokenFile tokens, int sequence, DocumentPieces pieces) {
        this.tokens = tokens;
        this.sequence = sequence;
        this.pieces = pieces;
        this.packing = RowPacking.of(pieces.lengths(), sequence);
    }

    /** Packs the documents of a range that begins and ends with a document; empty where there is nothing to learn in it. */
    public static Optional<PackedDocuments> of(TokenFile tokens, TokenRange range, int sequence) {
        DocumentPieces pieces = DocumentPieces.of(tokens, range, sequence);
        return pieces.count() == 0 ? Optional.empty() : Optional.of(new PackedDocuments(tokens, sequence, pieces));
    }

    @Override
    public int sequence() {
        return sequence;
    }

    @Override
    public long count() {
        return packing.rows();
    }

    /** The share of the rows' places that documents fill. */
    public double filled() {
        return (double) pieces.places() / ((double) count() * sequence);
    }

    /** How many documents are longer than a row, so that their pieces do not know of each other. */
    public long cut() {
        return pieces.cut();
    }

    @Override
    public long inEpoch(long index, long epochSeed) {
        return index;
    }

    /** They come again only where there are fewer rows. */
    @Override
    public long spread(long index, long of) {
        return Math.multiplyExact(count() - 1, index) / Math.max(1, of - 1);
    }

    @Override
    public long targets(long row) {
        long targets = 0;
        for (int i = packing.begin(row); i < packing.end(row); i++) {
            int piece = packing.piece(i);
            targets += tokens.learned(pieces.start(piece) + 1, pieces.length(piece));
        }
        return targets;
    }

    @Override
    public void fill(long row, BatchBuffers into, int place) {
        Buffer starts = into.starts().orElseThrow(() -> new AssertionError("documents would see each other"));
        long begin = (long) place * sequence;
        int filled = 0;
        for (int i = packing.begin(row); i < packing.end(row); i++) {
            int piece = packing.piece(i);
            int length = pieces.length(piece);
            long start = pieces.start(piece);
            tokens.copy(start, length, into.tokens().segment(), begin + filled);
            tokens.copyTargets(start + 1, length, into.targets().segment(), begin + filled);
            for (int t = 0; t < length; t++) {
                starts.setInt(begin + filled + t, filled);
            }
            filled += length;
        }
        for (int t = filled; t < sequence; t++) {
            into.tokens().setInt(begin + t, 0);
            into.targets().setInt(begin + t, BatchBuffers.NOTHING);
            starts.setInt(begin + t, t); // alone, so that attention has nothing to do
        }
    }
}
