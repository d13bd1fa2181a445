package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.runtime.fuzz.FuzzRow;
import dev.quipu.runtime.fuzz.Touch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The reader of Hugging Face's tokenizers. */
public final class BpeFuzzRows {
    private BpeFuzzRows() {}

    public static List<FuzzRow> rows() {
        return List.of(new FuzzRow(
                "tokenizer.json",
                List.of(seed(true), seed(false)),
                input -> Touch.tokenizer(
                        new ModelFolder(FuzzRow.FILE, Map.of(ModelFolder.TOKENIZER, input)).tokenizer())));
    }

    private static byte[] seed(boolean byteLevel) {
        return Toy.rich(byteLevel).toString().getBytes(StandardCharsets.UTF_8);
    }
}
