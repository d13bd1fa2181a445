package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tokenizer from text to file, to ids, and into the folder of a model that is trained with it. */
class TokenizerTrainCommandTest {
    private static final String TEXT = "the 12 cats and the other  cats\n".repeat(200);

    @TempDir
    private Path folder;

    private Path text;
    private Path tokenizer;

    @BeforeEach
    void write() throws IOException {
        text = Files.writeString(folder.resolve("text.txt"), TEXT);
        tokenizer = folder.resolve("cats.model");
    }

    @Test
    void aTokenizerIsTrainedAndUsed() throws IOException {
        Call call = train("285");

        assertEquals(0, call.exitCode(), call.errors());
        assertEquals(tokenizer + ": 285 pieces, 13 of them merged" + System.lineSeparator(), call.output());
        String ids = Call.of("tokenizer", "encode", "the cats  ", "--tokenizer", tokenizer.toString())
                .output();
        assertEquals(2, ids.strip().split(" ").length, ids);
        assertEquals(
                "the cats" + System.lineSeparator(),
                Call.of("tokenizer", "decode", ids, "--tokenizer", tokenizer.toString())
                        .output());

        Path run = folder.resolve("run");
        Call training = Call.of(("train llama-tiny --steps 1 --batch 1 --seq 8 --warmup 0 --sample-every 0 --data "
                        + text + " --tokenizer " + tokenizer + " --out " + run)
                .split(" "));

        assertEquals(0, training.exitCode(), training.errors());
        assertArrayEquals(Files.readAllBytes(tokenizer), Files.readAllBytes(run.resolve("tokenizer.model")));
    }

    @Test
    void everyOptionReachesTheTrainer() {
        Call call = train(
                "280", "--keep-spaces", "--whole-numbers", "--character-coverage", "0.99", "--longest-line", "100");

        assertEquals(0, call.exitCode(), call.errors());
        SentencePieceModel model = SentencePieceModel.read(tokenizer);
        assertEquals(false, model.normalizer().removeExtraWhitespaces());
        assertEquals(false, model.trainer().pieceRules().splitDigits());
        assertEquals(0.99f, model.trainer().characterCoverage());
        assertEquals(100, model.trainer().longestSentence());
        assertEquals(280, model.pieces().size());
    }

    @Test
    void vocabulariesThatTheTextDoesNotGiveAreRefused() {
        assertEquals(
                "quipu: vocabulary: expected a vocabulary of at least 272, for the 13 different characters of " + text
                        + ", found 270; take a larger one, or a lower character coverage" + System.lineSeparator(),
                train("270").errors());
        Call tooLarge = train("2048");
        assertEquals(
                "quipu: vocabulary: expected a vocabulary of at most 285, all that merging gives for " + text
                        + ", found 2048; take a smaller one, or more text" + System.lineSeparator(),
                tooLarge.errors());
        assertEquals(1, tooLarge.exitCode());
    }

    private Call train(String vocabulary, String... more) {
        String[] arguments = {
            "tokenizer", "train", text.toString(), "--vocab", vocabulary, "--out", tokenizer.toString()
        };
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return Call.of(all);
    }
}
