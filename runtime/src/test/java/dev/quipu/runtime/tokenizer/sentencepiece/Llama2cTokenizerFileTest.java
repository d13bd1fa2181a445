package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec.ModelType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Llama2cTokenizerFileTest {
    private static final String NAME = "a.bin";

    /** The longest piece, then the piece 0: score, length, "<unk>". */
    private static final int FIRST_LENGTH = 8;

    private static byte[] small() {
        return Llama2cTokenizerFile.bytes(SmallModels.bytePairs().model(), NAME);
    }

    @Test
    void whatIsWrittenIsReadAgain(@TempDir Path folder) throws IOException {
        SentencePieceModel model = SmallModels.bytePairs().model();
        Path file = folder.resolve("tokenizer.bin");

        Llama2cTokenizerFile.write(model, file);

        assertEquals(model.pieces(), Llama2cTokenizerFile.read(file).pieces());
        assertArrayEquals(small(), Llama2cTokenizerFile.bytes(Llama2cTokenizerFile.read(file), NAME));
        Tokenizer tokenizer = Tokenizer.load(folder);
        assertArrayEquals(SmallModels.bytePairs().tokenizer().encode("the  in aab"), tokenizer.encode("the  in aab"));
        tokenizer.save(Files.createDirectory(folder.resolve("saved")));
        assertEquals(tokenizer.name(), Tokenizer.load(folder.resolve("saved")).name());
    }

    @TestFactory
    Stream<DynamicTest> damagedFilesAreRefused() {
        return Stream.of(
                refused("nothing", bytes -> new byte[0], "cut off"),
                refused("a length alone", bytes -> Arrays.copyOf(bytes, 4), "0 pieces"),
                refused("cut in a piece", bytes -> Arrays.copyOf(bytes, bytes.length - 1), "a piece of"),
                refused("cut in a score", bytes -> Arrays.copyOf(bytes, 4 + 13 + 2), "cut off"),
                refused("without bytes", bytes -> Arrays.copyOf(bytes, 4 + 13), "1 pieces"),
                refused("an empty piece", bytes -> with(bytes, FIRST_LENGTH, 0), "a piece of 0 bytes"),
                refused("a piece below zero", bytes -> with(bytes, FIRST_LENGTH, -5), "a piece of -5 bytes"),
                refused("a huge piece", bytes -> with(bytes, FIRST_LENGTH, 1 << 30), "a piece of 1073741824 bytes"),
                refused("a longest piece that is shorter", bytes -> with(bytes, 0, 4), "a piece of 5 bytes"),
                refused("a score that is no number", bytes -> with(bytes, 4, 0x7FC00000), "finite score"),
                refused("no UTF-8", bytes -> with(bytes, FIRST_LENGTH + 4, -1), "not UTF-8"),
                refused(
                        "a piece in the place of a byte",
                        Llama2cTokenizerFileTest::withOtherByte,
                        "where <0x00> belongs"));
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return bytes;
    }

    private static byte[] withOtherByte(byte[] bytes) {
        String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("<0x00>") + 4] = '1';
        return bytes;
    }

    private static DynamicTest refused(String what, UnaryOperator<byte[]> damage, String found) {
        return DynamicTest.dynamicTest(what, () -> {
            byte[] bytes = damage.apply(small());
            String message = assertThrows(QuipuException.class, () -> Llama2cTokenizerFile.read(bytes, NAME))
                    .getMessage();
            assertTrue(message.contains(found), message);
        });
    }

    @TestFactory
    Stream<DynamicTest> whatLlama2cDoesNotKnowIsRefused() {
        return Stream.of(
                        SmallModels.of(ModelType.BPE),
                        SmallModels.of(ModelType.UNIGRAM).withByteFallback(),
                        SmallModels.bytePairs().with("in", SentencePiece.Type.USER_DEFINED),
                        SmallModels.bytePairs().with("in", SentencePiece.Type.UNUSED),
                        SmallModels.bytePairs().with("<end>", SentencePiece.Type.CONTROL))
                .map(SmallModels::model)
                .map(model ->
                        DynamicTest.dynamicTest(model.trainer().modelType().toString(), () -> {
                            String message = assertThrows(
                                            QuipuException.class, () -> Llama2cTokenizerFile.bytes(model, NAME))
                                    .getMessage();
                            assertTrue(message.contains("write a .model file instead"), message);
                        }));
    }

    @ParameterizedTest
    @CsvSource({
        "data/tokenizers/llama/tokenizer.bin, data/tokenizers/llama/tokenizer.model",
        "data/weights/stories260K/tok512.bin, data/weights/stories260K/tok512.model"
    })
    void filesInUseHaveThePiecesOfTheirModels(String file, String model) throws IOException {
        SentencePieceModel read = Llama2cTokenizerFile.read(SharedData.of(file));
        SentencePieceModel expected = SentencePieceModel.read(SharedData.of(model));

        assertEquals(expected.pieces(), read.pieces());
        assertArrayEquals(Files.readAllBytes(SharedData.of(file)), Llama2cTokenizerFile.bytes(expected, file));
    }
}
