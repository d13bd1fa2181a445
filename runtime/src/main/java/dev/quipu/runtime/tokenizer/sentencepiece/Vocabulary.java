package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.sentencepiece.SpecialPieces.Special;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A model's pieces by their text and by their meaning. */
final class Vocabulary {
    private static final int BYTES = 256;

    private final List<SentencePiece> pieces;
    private final Map<String, Integer> texts = new HashMap<>();
    private final Map<String, Integer> specials = new HashMap<>();
    private final ByteTrie userDefined = new ByteTrie();
    private final int[] byteIds = new int[BYTES];
    private final boolean byteFallback;
    private int unknown;
    private boolean hasUnused;

    /** The pieces of a model, and tokens that were added to it. */
    Vocabulary(SentencePieceModel model, List<AddedToken> added) {
        pieces = new ArrayList<>(model.pieces());
        byteFallback = model.trainer().byteFallback();
        Arrays.fill(byteIds, -1);
        for (int id = 0; id < pieces.size(); id++) {
            SentencePiece piece = pieces.get(id);
            switch (piece.type()) {
                case NORMAL -> texts.put(piece.text(), id);
                case UNUSED -> {
                    texts.put(piece.text(), id);
                    hasUnused = true;
                }
                case USER_DEFINED -> {
                    texts.put(piece.text(), id);
                    userDefined.put(piece.text(), id);
                }
                case UNKNOWN -> {
                    unknown = id;
                    specials.put(piece.text(), id);
                }
                case CONTROL -> specials.put(piece.text(), id);
                case BYTE -> byteIds[piece.byteValue()] = id;
            }
        }
        added.stream().filter(token -> token.id() >= model.pieces().size()).forEach(this::add);
    }

    private void add(AddedToken token) {
        if (token.id() != pieces.size()) {
            throw QuipuException.of(
                    "added tokens without a gap: " + pieces.size(),
                    token.id() + " " + token.text(),
                    "added tokens",
                    "");
        }
        pieces.add(new SentencePiece(
                token.text(), 0, token.isSpecial() ? SentencePiece.Type.CONTROL : SentencePiece.Type.NORMAL));
    }

    int size() {
        return pieces.size();
    }

    SentencePiece piece(int id) {
        return pieces.get(id);
    }

    SentencePiece.Type type(int id) {
        return pieces.get(id).type();
    }

    /** The pieces that text may become, by their text. */
    Map<String, Integer> texts() {
        return texts;
    }

    /** The ids of the unknown piece and of the control pieces, by their names. */
    Map<String, Integer> specials() {
        return specials;
    }

    /** The pieces that are always whole. */
    ByteTrie userDefined() {
        return userDefined;
    }

    /** Whether a piece stands where a model says. */
    boolean has(Special special) {
        return special.isPresent()
                && special.id() < pieces.size()
                && special.id() != unknown
                && pieces.get(special.id()).text().equals(special.text());
    }

    /** What stands for text without a piece. */
    int unknown() {
        return unknown;
    }

    /** Whether text without a piece becomes bytes. */
    boolean byteFallback() {
        return byteFallback;
    }

    int byteId(byte value) {
        return byteIds[Byte.toUnsignedInt(value)];
    }

    boolean hasUnused() {
        return hasUnused;
    }
}
