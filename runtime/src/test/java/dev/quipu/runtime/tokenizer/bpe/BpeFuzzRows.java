package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.runtime.fuzz.FuzzRow;
import dev.quipu.runtime.fuzz.Touch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The reader of Hugging Face's tokenizers. */
public final class BpeFuzzRows {
    private BpeFuzzRows() {}

    public static List<FuzzRow> rows() {
        return List.of(new FuzzRow(
                "tokenizer.json",
                List.of(json().getBytes(StandardCharsets.UTF_8)),
                input -> Touch.tokenizer(
                        new ModelFolder(FuzzRow.FILE, Map.of(ModelFolder.TOKENIZER, input)).tokenizer())));
    }

    /** A byte-level tokenizer in GPT-2's manner: an alphabet of bytes, a few merges, a special token. */
    private static String json() {
        String alphabet = IntStream.range(0, 256)
                .mapToObj(value -> quoted(symbol(value)) + ":" + value)
                .collect(Collectors.joining(","));
        return """
            {"version":"1.0","truncation":null,"padding":null,
            "added_tokens":[{"id":259,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,\
            "normalized":false,"special":true}],
            "normalizer":null,
            "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
            "post_processor":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true},
            "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
            "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,\
            "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,
            "merges":["O n","On c","u p"],
            "vocab":{%s,"On":256,"Onc":257,"up":258}}}
            """
                .formatted(alphabet);
    }

    /** GPT-2's letter for a byte: itself where it prints, otherwise the next from 256 on. */
    private static char symbol(int value) {
        if (prints(value)) {
            return (char) value;
        }
        return (char) (256 + IntStream.range(0, value).filter(lower -> !prints(lower)).count());
    }

    private static boolean prints(int value) {
        return value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xFF && value != 0xAD;
    }

    private static String quoted(char letter) {
        return letter == '"' || letter == '\\' ? "\"\\" + letter + '"' : "\"" + letter + '"';
    }
}
