package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.Arrays;

/**
 * The cut whose pieces have the greatest sum of scores, which are log-probabilities: Viterbi's algorithm over the bytes of a
 * text. Sums are rounded to single precision as in SentencePiece: in a long text the rounding decides between equal cuts.
 */
final class UnigramEncoder implements PieceEncoder {
    /** How much worse an unknown character is than the worst piece. */
    private static final float UNKNOWN_PENALTY = 10;

    /** A text that is always whole scores a little below the best piece for each of its bytes. */
    private static final double WHOLE_PENALTY = 0.1;

    private final Vocabulary vocabulary;
    private final ByteTrie pieces;
    private final float bestScore;
    private final float unknownScore;

    private float[] scores = {};
    private int[] starts = {};
    private int[] ids = {};

    UnigramEncoder(Vocabulary vocabulary, ByteTrie pieces) {
        this.vocabulary = vocabulary;
        this.pieces = pieces;
        float worst = Float.MAX_VALUE;
        float best = Float.MIN_NORMAL;
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.type(id) == SentencePiece.Type.NORMAL) {
                worst = Math.min(worst, vocabulary.piece(id).score());
                best = Math.max(best, vocabulary.piece(id).score());
            }
        }
        bestScore = best;
        unknownScore = worst - UNKNOWN_PENALTY;
    }

    /** The pieces that text may become. */
    static ByteTrie pieces(Vocabulary vocabulary) {
        ByteTrie pieces = new ByteTrie();
        vocabulary.texts().forEach((text, id) -> {
            if (vocabulary.type(id) != SentencePiece.Type.UNUSED) {
                pieces.put(text, id);
            }
        });
        return pieces;
    }

    @Override
    public void encode(byte[] text, int size, TokenOutput output) {
        reserve(size + 1);
        Arrays.fill(starts, 0, size + 1, -1);
        scores[0] = 0;
        for (int from = 0; from < size; from += Utf8.announcedLength(text, from, size)) {
            extend(text, from, size);
        }
        output(text, size, output);
    }

    private void reserve(int count) {
        if (starts.length < count) {
            scores = new float[count];
            starts = new int[count];
            ids = new int[count];
        }
    }

    /** Tries every piece that begins at a position behind the best cut of what stands before. */
    private void extend(byte[] text, int from, int size) {
        int character = Utf8.announcedLength(text, from, size);
        boolean isKnown = false;
        int node = ByteTrie.ROOT;
        for (int to = from + 1; to <= size; to++) {
            node = pieces.child(node, text[to - 1]);
            if (node == ByteTrie.NONE) {
                break;
            }
            int id = pieces.value(node);
            if (id != ByteTrie.NONE) {
                double score = vocabulary.type(id) == SentencePiece.Type.USER_DEFINED
                        ? (to - from) * bestScore - WHOLE_PENALTY
                        : vocabulary.piece(id).score();
                offer(from, to, id, score + scores[from]);
                isKnown |= to - from == character;
            }
        }
        if (!isKnown) {
            offer(from, from + character, vocabulary.unknown(), unknownScore + scores[from]);
        }
    }

    private void offer(int from, int to, int id, double score) {
        if (starts[to] < 0 || score > scores[to]) {
            scores[to] = (float) score;
            starts[to] = from;
            ids[to] = id;
        }
    }

    /** Walks back from the end, turning the links round, and then forward. */
    private void output(byte[] text, int size, TokenOutput output) {
        int behind = size;
        int at = size;
        while (at > 0) {
            int before = starts[at];
            starts[at] = behind;
            behind = at;
            at = before;
        }
        int from = 0;
        int to = behind;
        while (from < size) {
            output.add(ids[to], text, from, to);
            from = to;
            to = starts[to];
        }
    }
}
