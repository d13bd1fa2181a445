package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.runtime.data.TextFiles;
import dev.quipu.runtime.golden.SharedData;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What SentencePiece's own trainer made of real texts. */
class BpeTrainerGoldenTest {
    @ParameterizedTest
    @CsvSource({
        "botchan.txt, botchan_bpe_1000, 1000",
        "tinystories_944k.txt, tinystories_bpe_512, 512",
        "tinyshakespeare.txt, tinyshakespeare_bpe_2048, 2048"
    })
    void everyPieceIsTheOriginals(String corpus, String name, int vocabulary) {
        Path text = SharedData.of("data/corpora/" + corpus);
        SentencePieceModel original =
                SentencePieceModel.read(SharedData.of("data/reference/generated/sp_train/" + name + ".model"));

        SentencePieceModel ours = BpeTrainer.train(
                TextFiles.of(List.of(text)), BpeTrainerOptions.of(vocabulary), BpeTrainerListener.NONE);

        assertEquals(lines(original), lines(ours));
        assertEquals(original.pieces(), ours.pieces());
        assertEquals(original.normalizer(), ours.normalizer());
        assertEquals(original.denormalizer(), ours.denormalizer());
        assertEquals(withSettingsOfOurs(original.trainer(), ours.trainer()), ours.trainer());
    }

    private static String lines(SentencePieceModel model) {
        StringBuilder lines = new StringBuilder();
        model.pieces()
                .forEach(piece -> lines.append(SentencePiece.shown(piece.text()))
                        .append(' ')
                        .append(piece.score())
                        .append(' ')
                        .append(piece.type())
                        .append('\n'));
        return lines.toString();
    }

    /** The original was told another surface of unknown pieces, and keeps paths and threads that mean nothing to a reader. */
    private static TrainerSpec withSettingsOfOurs(TrainerSpec original, TrainerSpec ours) {
        return new TrainerSpec(
                original.modelType(),
                original.vocabularySize(),
                original.characterCoverage(),
                original.longestSentence(),
                original.pieceRules(),
                original.treatWhitespaceAsSuffix(),
                original.byteFallback(),
                original.specialPieces(),
                ours.unknownSurface(),
                ours.kept());
    }
}
