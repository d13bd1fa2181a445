package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.runtime.fuzz.FuzzRow;
import dev.quipu.runtime.fuzz.Touch;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The readers of SentencePiece's models and of llama2.c's tokenizers. */
public final class SentencePieceFuzzRows {
    private SentencePieceFuzzRows() {}

    public static List<FuzzRow> rows() {
        byte[] llama2c = llama2c();
        byte[] model = Llama2cTokenizerFile.read(llama2c, "seed").toBytes();
        return List.of(
                new FuzzRow(
                        "sentencepiece", List.of(model), input -> touch(SentencePieceReader.read(input, FuzzRow.FILE))),
                new FuzzRow(
                        "tokenizer.bin",
                        List.of(llama2c),
                        input -> touch(Llama2cTokenizerFile.read(input, FuzzRow.FILE))));
    }

    /** A small sound tokenizer. */
    public static SentencePieceTokenizer tokenizer() {
        return SentencePieceTokenizer.of(Llama2cTokenizerFile.read(llama2c(), "seed"));
    }

    private static void touch(SentencePieceModel model) {
        model.toBytes();
        Touch.tokenizer(SentencePieceTokenizer.named(FuzzRow.FILE, SentencePieceFiles.of(model)));
    }

    /** Special pieces, bytes, and a few of text. */
    private static byte[] llama2c() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(number(10));
        put(bytes, 0, "<unk>");
        put(bytes, 0, "\n<s>\n");
        put(bytes, 0, "\n</s>\n");
        for (int value = 0; value < 256; value++) {
            put(bytes, 0, "<0x%02X>".formatted(value));
        }
        float score = -1;
        for (String piece : List.of(" ", "a", "n", "i", "e", "an", "in", " a", "ine", "\u00e9")) {
            put(bytes, score--, piece);
        }
        return bytes.toByteArray();
    }

    private static void put(ByteArrayOutputStream bytes, float score, String piece) {
        byte[] text = piece.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(number(Float.floatToRawIntBits(score)));
        bytes.writeBytes(number(text.length));
        bytes.writeBytes(text);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
