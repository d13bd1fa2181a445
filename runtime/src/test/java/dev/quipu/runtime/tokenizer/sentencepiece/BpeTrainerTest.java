package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.data.TextFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class BpeTrainerTest {
    /** Repeated neighbours, digits, spaces, three scripts in a word, accents, special pieces' names, a tab, a carriage return. */
    private static final String ODD_TEXT = """
        low lower lowest  newer newest 1995
        wide wider widest!!! low-low-low
        日本語の カナ の日本語 <s>low</s> <0x41>new
        ....... ...... ..... aaaa aaa aa élan élan
        low\tnewer\r
        the end of it, the end\
        """;

    @TempDir
    private Path folder;

    /** The expected pieces are those of SentencePiece's own trainer. */
    @Test
    void oddTextsGiveThePiecesOfTheOriginal() throws IOException {
        assertEquals(
                "<unk> <s> </s> .. lo low aa .... ▁low er ew new es id ▁w est ▁aa ▁wid ▁.... !! an en he él ▁t 日本 end"
                    + " ▁él 日本語 ▁end ▁new ▁the ▁élan ▁...... it of ▁の ▁カ !!! ▁it ▁of ▁カナ ▁aaa ▁日本語 newer ▁aaaa ▁wide"
                    + " ▁の日本語 ▁日本語の ▁..... ▁lower ▁ . e w a l o n t d i r ! s - 9 h é の 日 本 語 \r"
                    + " , 1 5 f カ ナ",
                pieces(train(ODD_TEXT, BpeTrainerOptions.of(336))));
    }

    @Test
    void everyOptionHasTheEffectOfTheOriginals() throws IOException {
        BpeTrainerOptions options = new BpeTrainerOptions(80, 1, 4192, PieceRules.DEFAULT, false, false);

        assertEquals(
                "<unk> <s> </s> .. lo low aa .... ▁low er ew new es id ▁w est ▁aa ▁wid ▁.... !! an en he él ▁t 日本 end"
                    + " ▁él 日本語 ▁end ▁new ▁the ▁élan ▁...... 19 1> 95 <0 it of ▁の ▁カ !!! 41> ▁19 ▁<0 ▁ . e w a l o n t"
                    + " d i r ! s - 1 9 h é の 日 本 語 \r"
                    + " , 0 4 5 < > f x カ ナ",
                pieces(train(ODD_TEXT, options)));
    }

    @Test
    void theModelTellsWhatATokenizerMustDo() throws IOException {
        SentencePieceModel model = train(ODD_TEXT, BpeTrainerOptions.of(336));

        assertEquals(
                new SentencePiece("<unk>", 0, SentencePiece.Type.UNKNOWN),
                model.pieces().get(0));
        assertEquals(
                new SentencePiece("</s>", 0, SentencePiece.Type.CONTROL),
                model.pieces().get(2));
        assertEquals(
                new SentencePiece("<0xFF>", 0, SentencePiece.Type.BYTE),
                model.pieces().get(258));
        assertEquals(
                new SentencePiece("..", -0.0f, SentencePiece.Type.NORMAL),
                model.pieces().get(259));
        assertEquals(
                new SentencePiece("ナ", -76, SentencePiece.Type.NORMAL),
                model.pieces().getLast());
        assertEquals(TrainerSpec.ModelType.BPE, model.trainer().modelType());
        assertEquals(336, model.trainer().vocabularySize());
        assertTrue(model.trainer().byteFallback());
        assertEquals(PieceRules.LLAMA, model.trainer().pieceRules());
        assertEquals(NormalizerSpec.IDENTITY, model.normalizer());
        assertEquals(model, SentencePieceModel.read(model.toBytes()));
    }

    @Test
    void mergesAreThoseOfTheDefinition() throws IOException {
        Random random = new Random(1);
        for (int round = 0; round < 60; round++) {
            int longestPiece = 2 + random.nextInt(8);
            String text = randomText(random);
            List<String> expected = new NaiveMerging(text, longestPiece).merge();
            long characters = ("\u2581" + text)
                    .chars()
                    .filter(c -> !Character.isWhitespace(c))
                    .distinct()
                    .count();
            int vocabulary = 3 + expected.size() + (int) characters;

            SentencePieceModel model = train(text, plain(vocabulary, longestPiece));

            List<String> merged = model.pieces().subList(3, 3 + expected.size()).stream()
                    .map(SentencePiece::text)
                    .toList();
            assertEquals(expected, merged, text);
            String refusal = failure(text, plain(vocabulary + 1, longestPiece));
            assertTrue(refusal.contains("expected a vocabulary of at most " + vocabulary + ", all"), refusal);
        }
    }

    private static BpeTrainerOptions plain(int vocabulary, int longestPiece) {
        PieceRules rules = new PieceRules(longestPiece, true, true, true, false, false);
        return new BpeTrainerOptions(vocabulary, 1, 4192, rules, false, true);
    }

    private static String randomText(Random random) {
        int letters = 1 + random.nextInt(4);
        StringBuilder text = new StringBuilder();
        for (int words = 1 + random.nextInt(12); words > 0; words--) {
            for (int length = 1 + random.nextInt(14); length > 0; length--) {
                text.append((char) ('a' + random.nextInt(letters)));
            }
            text.append(random.nextInt(3) == 0 ? '\n' : ' ');
        }
        return text.toString();
    }

    /** Characters beyond the coverage have no piece and are in none. */
    @Test
    void rareCharactersHaveNoPiece() throws IOException {
        String text = "aaab ".repeat(40) + "axb";

        String pieces = pieces(train(text, new BpeTrainerOptions(9, 0.99f, 4192, PieceRules.DEFAULT, false, true)));

        assertEquals("<unk> <s> </s> aa ab ▁aa a b ▁", pieces);
    }

    @Test
    void linesAreLeftOutAsTheOriginalDoes() throws IOException {
        List<String> said = new ArrayList<>();
        String text = "é".repeat(6) + "\nab\u2585\n" + "\n   \nab ab\n";
        Path file = Files.writeString(folder.resolve("lines.txt"), text);

        SentencePieceModel model = BpeTrainer.train(
                TextFiles.of(List.of(file)),
                new BpeTrainerOptions(7, 1, 11, PieceRules.DEFAULT, false, true),
                new BpeTrainerListener() {
                    @Override
                    public void read(long bytes) {
                        said.add("read " + bytes);
                    }

                    @Override
                    public void merged(int done, int wanted, String piece) {
                        said.add("merged " + done + "/" + wanted + " " + piece);
                    }

                    @Override
                    public void say(String line) {
                        said.add(line);
                    }
                });

        assertEquals("<unk> <s> </s> ab a b ▁", pieces(model));
        assertEquals(
                List.of(
                        "read 30",
                        "left out 1 lines of more than 11 bytes",
                        "left out 1 lines with the reserved character \u2585",
                        "merged 1/1 ab"),
                said);
    }

    @Test
    void aByteOrderMarkIsACharacterAsInTheOriginal() throws IOException {
        assertEquals("<unk> <s> </s> a \u2581 \uFEFF", pieces(train("\uFEFFa a", plain(6, 1))));
    }

    private record Refusal(String text, BpeTrainerOptions options, String line) {}

    @TestFactory
    Stream<DynamicTest> refusals() {
        return Stream.of(
                        new Refusal(
                                "a b c",
                                BpeTrainerOptions.of(260),
                                "vocabulary: expected a vocabulary of at least 263, for the 4 different characters of"
                                        + " FILE, found 260; take a larger one, or a lower character coverage"),
                        new Refusal(
                                "ab ab",
                                BpeTrainerOptions.of(300),
                                "vocabulary: expected a vocabulary of at most 264, all that merging gives for FILE,"
                                        + " found 300; take a smaller one, or more text"),
                        new Refusal(
                                " \n",
                                BpeTrainerOptions.of(300),
                                "FILE: expected a line of text of at most 4192 bytes, found none; allow longer"
                                        + " lines, or give other text"))
                .map(refusal -> DynamicTest.dynamicTest(
                        refusal.line,
                        () -> assertEquals(
                                refusal.line.replace("FILE", file().toString()),
                                failure(refusal.text, refusal.options))));
    }

    @Test
    void optionsAreChecked() {
        PieceRules rules = PieceRules.DEFAULT;

        assertThrows(QuipuException.class, () -> BpeTrainerOptions.of(0));
        assertThrows(QuipuException.class, () -> new BpeTrainerOptions(300, 0.9f, 4192, rules, true, true));
        assertThrows(QuipuException.class, () -> new BpeTrainerOptions(300, Float.NaN, 4192, rules, true, true));
        assertThrows(QuipuException.class, () -> new BpeTrainerOptions(300, 1, 9, rules, true, true));
        assertThrows(QuipuException.class, () -> new BpeTrainerOptions(300, 1, 1_000_001, rules, true, true));
    }

    private Path file() {
        return folder.resolve("text.txt");
    }

    private SentencePieceModel train(String text, BpeTrainerOptions options) throws IOException {
        Files.writeString(file(), text);
        return BpeTrainer.train(TextFiles.of(List.of(file())), options, BpeTrainerListener.NONE);
    }

    private String failure(String text, BpeTrainerOptions options) {
        return assertThrows(QuipuException.class, () -> train(text, options)).getMessage();
    }

    /** All pieces but bytes. */
    private static String pieces(SentencePieceModel model) {
        return model.pieces().stream()
                .filter(piece -> piece.type() != SentencePiece.Type.BYTE)
                .map(SentencePiece::text)
                .collect(Collectors.joining(" "));
    }
}
