package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.data.TextFiles;
import dev.quipu.runtime.tokenizer.sentencepiece.BpeTrainer;
import dev.quipu.runtime.tokenizer.sentencepiece.BpeTrainerOptions;
import dev.quipu.runtime.tokenizer.sentencepiece.PieceRules;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePiece;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "train",
        description = "Trains a SentencePiece tokenizer (byte-pair encoding, as LLaMA's) on the lines of texts.")
final class TokenizerTrainCommand extends QuipuCommand {
    private static final String ENDING = ".model";

    @Parameters(arity = "1..*", paramLabel = "TEXT", description = "Text files or folders.")
    private List<Path> texts;

    @Option(
            names = "--vocab",
            required = true,
            paramLabel = "N",
            description = "The number of pieces: 3 special ones, 256 bytes, the text's characters, and merges.")
    private int vocabulary;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file to write, NAME.model.")
    private Path out;

    @Option(
            names = "--character-coverage",
            paramLabel = "SHARE",
            defaultValue = "1",
            description = "The share of the text whose characters get pieces, 0.98 to 1 (default).")
    private float characterCoverage;

    @Option(
            names = "--longest-line",
            paramLabel = "BYTES",
            defaultValue = "4192",
            description = "Longer lines are left out; default: 4192.")
    private int longestLine;

    @Option(
            names = "--keep-spaces",
            description = "Lets the tokenizer keep several spaces as they are; otherwise it takes them for one.")
    private boolean keepSpaces;

    @Option(names = "--whole-numbers", description = "Lets pieces have several digits.")
    private boolean wholeNumbers;

    @Override
    public Integer call() {
        BpeTrainerOptions options = argument(this::options);
        TextFiles text = argument(() -> TextFiles.of(texts));
        argument(this::checkOut);
        SentencePieceModel model;
        try (TokenizerTrainingDisplay display = new TokenizerTrainingDisplay(text.bytes())) {
            model = BpeTrainer.train(text, options, display);
        }
        model.write(out);
        out().println(summary(model));
        return SUCCESS;
    }

    private BpeTrainerOptions options() {
        PieceRules llama = PieceRules.LLAMA;
        PieceRules rules = new PieceRules(
                llama.longestPiece(),
                llama.splitByUnicodeScript(),
                llama.splitByNumber(),
                llama.splitByWhitespace(),
                !wholeNumbers,
                llama.allowWhitespaceOnlyPieces());
        return new BpeTrainerOptions(vocabulary, characterCoverage, longestLine, rules, true, !keepSpaces);
    }

    /** Before minutes of work, not after them. */
    private Path checkOut() {
        if (!out.toString().endsWith(ENDING)) {
            throw QuipuException.of(
                    "a name ending in " + ENDING, out.toString(), "--out", "its name tells what it holds");
        }
        Path folder = out.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder) || Files.isDirectory(out)) {
            throw QuipuException.of("a file in a folder that exists", out.toString(), "--out", "");
        }
        return out;
    }

    private String summary(SentencePieceModel model) {
        long merged = model.pieces().stream()
                .filter(piece -> piece.type() == SentencePiece.Type.NORMAL)
                .filter(piece -> piece.text().codePointCount(0, piece.text().length()) > 1)
                .count();
        return String.format(Locale.ROOT, "%s: %,d pieces, %,d of them merged", out, vocabulary, merged);
    }
}
