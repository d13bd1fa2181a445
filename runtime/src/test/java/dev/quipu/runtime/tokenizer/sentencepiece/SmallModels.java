package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec.ModelType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Models of a few pieces, one for each way of encoding. */
record SmallModels(
        ModelType type,
        boolean byteFallback,
        boolean spaceAtEnd,
        boolean addsSpace,
        boolean removesSpaces,
        boolean escapesSpaces,
        ByteBuffer rules,
        List<SentencePiece> texts) {
    /** Byte-pair pieces, best first, and then characters. */
    private static final List<String> PIECES =
            List.of("he", "▁t", "▁the", "in", "aa", "aaaa", "▁▁", "▁a", "ab", "abc", "bc", "▁in", "日本", "the");

    private static final List<String> CHARACTERS = List.of("▁", "t", "h", "e", "i", "n", "a", "b", "c", "日", "本", "!");

    static SmallModels of(ModelType type) {
        List<SentencePiece> texts = new ArrayList<>();
        for (String piece : PIECES) {
            texts.add(new SentencePiece(piece, -1 - texts.size(), SentencePiece.Type.NORMAL));
        }
        for (String character : CHARACTERS) {
            texts.add(new SentencePiece(character, -1 - texts.size(), SentencePiece.Type.NORMAL));
        }
        return new SmallModels(type, false, false, true, false, true, ByteBuffer.allocate(0), texts);
    }

    /** As LLaMA's. */
    static SmallModels bytePairs() {
        return of(ModelType.BPE).withByteFallback();
    }

    SmallModels withByteFallback() {
        return new SmallModels(type, true, spaceAtEnd, addsSpace, removesSpaces, escapesSpaces, rules, texts);
    }

    SmallModels withSpaceAtEnd() {
        return new SmallModels(type, byteFallback, true, addsSpace, removesSpaces, escapesSpaces, rules, texts);
    }

    SmallModels withoutSpace() {
        return new SmallModels(type, byteFallback, spaceAtEnd, false, removesSpaces, escapesSpaces, rules, texts);
    }

    SmallModels removingSpaces() {
        return new SmallModels(type, byteFallback, spaceAtEnd, addsSpace, true, escapesSpaces, rules, texts);
    }

    SmallModels withPlainSpaces() {
        return new SmallModels(type, byteFallback, spaceAtEnd, addsSpace, removesSpaces, false, rules, texts);
    }

    SmallModels with(ByteBuffer newRules) {
        return new SmallModels(
                type, byteFallback, spaceAtEnd, addsSpace, removesSpaces, escapesSpaces, newRules, texts);
    }

    /** With a piece of another kind, or one more. */
    SmallModels with(String text, SentencePiece.Type newType) {
        List<SentencePiece> changed = new ArrayList<>();
        boolean isKnown = false;
        for (SentencePiece piece : texts) {
            boolean isThis = piece.text().equals(text);
            isKnown |= isThis;
            changed.add(isThis ? new SentencePiece(text, piece.score(), newType) : piece);
        }
        if (!isKnown) {
            changed.add(new SentencePiece(text, -1 - texts.size(), newType));
        }
        return new SmallModels(type, byteFallback, spaceAtEnd, addsSpace, removesSpaces, escapesSpaces, rules, changed);
    }

    /** With the scores of all text changed. */
    SmallModels withScores(java.util.function.IntToDoubleFunction scores) {
        List<SentencePiece> changed = new ArrayList<>();
        for (SentencePiece piece : texts) {
            changed.add(new SentencePiece(piece.text(), (float) scores.applyAsDouble(changed.size()), piece.type()));
        }
        return new SmallModels(type, byteFallback, spaceAtEnd, addsSpace, removesSpaces, escapesSpaces, rules, changed);
    }

    SentencePieceModel model() {
        List<SentencePiece> pieces = new ArrayList<>();
        pieces.add(new SentencePiece("<unk>", 0, SentencePiece.Type.UNKNOWN));
        pieces.add(new SentencePiece("<s>", 0, SentencePiece.Type.CONTROL));
        pieces.add(new SentencePiece("</s>", 0, SentencePiece.Type.CONTROL));
        for (int value = 0; byteFallback && value < 256; value++) {
            pieces.add(SentencePiece.ofByte(value));
        }
        pieces.addAll(texts);
        TrainerSpec unsaid = TrainerSpec.DEFAULT;
        TrainerSpec trainer = new TrainerSpec(
                type,
                pieces.size(),
                unsaid.characterCoverage(),
                unsaid.longestSentence(),
                PieceRules.DEFAULT,
                spaceAtEnd,
                byteFallback,
                SpecialPieces.DEFAULT,
                unsaid.unknownSurface(),
                KeptFields.NONE);
        NormalizerSpec normalizer =
                new NormalizerSpec("small", rules, addsSpace, removesSpaces, escapesSpaces, KeptFields.NONE);
        return new SentencePieceModel(pieces, trainer, normalizer, Optional.empty(), KeptFields.NONE);
    }

    SentencePieceTokenizer tokenizer() {
        return SentencePieceTokenizer.of(model());
    }
}
