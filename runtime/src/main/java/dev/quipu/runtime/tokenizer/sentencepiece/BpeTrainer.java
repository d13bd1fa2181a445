package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.data.Corpus;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Trains SentencePiece's byte-pair encoding, which LLaMA's tokenizer is. Its vocabulary begins with the special pieces and the
 * bytes, then come the merged pieces in the order of their merges, then the characters, the most frequent first.
 *
 * <pre>{@code
 * TextFiles text = TextFiles.of(List.of(Path.of("books")));
 * SentencePieceModel model = BpeTrainer.train(text, BpeTrainerOptions.of(2048), BpeTrainerListener.NONE);
 * model.write(Path.of("books.model"));
 * }</pre>
 *
 * <p>The pieces are those that SentencePiece's own trainer gives, in its order and with its scores. It differs in two cases, both
 * beyond any useful vocabulary: where a thousand pairs and more are equally rare, SentencePiece looks only at some of them; and
 * where no pair occurs any more, it goes on with pairs that once did, while this one refuses a vocabulary of that size.
 */
public final class BpeTrainer {
    private static final int BYTES = 256;

    private BpeTrainer() {}

    /**
     * Trains a tokenizer on the lines of a text. Takes memory for the distinct words of the text, not for all of it.
     *
     * @throws QuipuException if the text cannot be read or has no word, or the vocabulary is too small for its characters or
     *     larger than the text gives
     */
    public static SentencePieceModel train(Corpus corpus, BpeTrainerOptions options, BpeTrainerListener listener) {
        WordCounts words = read(corpus, options, listener);
        Alphabet alphabet = Alphabet.of(words, options.characterCoverage());
        List<SentencePiece> pieces = new ArrayList<>(specialPieces(options.byteFallback()));
        int merges =
                options.vocabulary() - pieces.size() - alphabet.characters().size();
        if (merges < 0) {
            throw QuipuException.of(
                    "a vocabulary of at least " + (options.vocabulary() - merges) + ", for the "
                            + alphabet.characters().size() + " different characters of " + corpus.description(),
                    String.valueOf(options.vocabulary()),
                    "vocabulary",
                    "take a larger one, or a lower character coverage");
        }
        List<String> merged = new PairMerging(words, alphabet, options.pieceRules()).merge(merges, listener);
        if (merged.size() < merges) {
            throw QuipuException.of(
                    "a vocabulary of at most " + (options.vocabulary() - merges + merged.size())
                            + ", all that merging gives for " + corpus.description(),
                    String.valueOf(options.vocabulary()),
                    "vocabulary",
                    "take a smaller one, or more text");
        }
        addScored(pieces, merged, alphabet);
        return new SentencePieceModel(
                pieces, options.trainerSpec(), options.normalizerSpec(), Optional.empty(), KeptFields.NONE);
    }

    private static WordCounts read(Corpus corpus, BpeTrainerOptions options, BpeTrainerListener listener) {
        TrainingSentences sentences = new TrainingSentences(options, listener);
        try {
            corpus.read(sentences);
        } catch (IOException e) {
            throw new QuipuException(
                    corpus.description() + ": expected readable text, found " + FileFailure.reason(e), e);
        }
        WordCounts words = sentences.words();
        if (words.size() == 0) {
            throw QuipuException.of(
                    "a line of text of at most " + options.longestLine() + " bytes",
                    "none",
                    corpus.description(),
                    "allow longer lines, or give other text");
        }
        return words;
    }

    private static List<SentencePiece> specialPieces(boolean bytes) {
        SpecialPieces special = SpecialPieces.DEFAULT;
        List<SentencePiece> pieces = new ArrayList<>();
        pieces.add(new SentencePiece(special.unknown().text(), 0, SentencePiece.Type.UNKNOWN));
        pieces.add(new SentencePiece(special.beginOfText().text(), 0, SentencePiece.Type.CONTROL));
        pieces.add(new SentencePiece(special.endOfText().text(), 0, SentencePiece.Type.CONTROL));
        for (int value = 0; bytes && value < BYTES; value++) {
            pieces.add(SentencePiece.ofByte(value));
        }
        return pieces;
    }

    /** Scores fall by one from piece to piece, so that the encoder merges in the order of the training. */
    private static void addScored(List<SentencePiece> pieces, List<String> merged, Alphabet alphabet) {
        List<String> texts = new ArrayList<>(merged);
        alphabet.characters().forEach(character -> texts.add(Character.toString(character)));
        for (int i = 0; i < texts.size(); i++) {
            pieces.add(new SentencePiece(texts.get(i), -(float) i, SentencePiece.Type.NORMAL));
        }
    }
}
