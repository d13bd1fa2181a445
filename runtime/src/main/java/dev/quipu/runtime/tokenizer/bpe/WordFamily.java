package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How families of byte-level models cut text into words, under the names that GGUF's {@code tokenizer.ggml.pre} has for it. */
enum WordFamily {
    GPT2(List.of(Gpt2Pattern.EXPRESSION), "gpt-2", "phi-2"),
    LLAMA3(List.of(Llama3Pattern.LLAMA3), "llama-bpe", "llama3", "llama-v3"),
    QWEN2(List.of(Llama3Pattern.QWEN2), "qwen2", "deepseek-r1-qwen"),
    /** GPT-2's with digits one by one. */
    DIGITS(List.of("\\p{N}", Gpt2Pattern.EXPRESSION), "smollm", "starcoder"),
    /** What llama.cpp does with files that do not say how: the name means nothing else. */
    UNSAID(
            List.of(
                    "[\\p{P}\\$\\+<=>\\^~\\|]+",
                    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)",
                    "\\p{N}+",
                    "[0-9][0-9][0-9]"),
            "default");

    private final List<String> expressions;
    private final List<String> names;

    WordFamily(List<String> expressions, String... names) {
        this.expressions = expressions;
        this.names = List.of(names);
    }

    /** The family of a name of {@code tokenizer.ggml.pre}. */
    static WordFamily named(String name) {
        return Arrays.stream(values())
                .filter(family -> family.names.contains(name))
                .findFirst()
                .orElseThrow(() -> QuipuException.of(
                        "one of "
                                + Arrays.stream(values())
                                        .flatMap(family -> family.names.stream())
                                        .collect(Collectors.joining(", ")),
                        Printable.of(name),
                        "tokenizer.ggml.pre",
                        "other ways to cut text into words are not known"));
    }

    /** The name that {@code tokenizer.ggml.pre} has for the family. */
    String ggufName() {
        return names.getFirst();
    }

    /** "normalizer" of {@code tokenizer.json}, or null. */
    ObjectNode normalizer() {
        return this == QWEN2 ? JsonMapper.shared().createObjectNode().put("type", "NFC") : null;
    }

    /** "pre_tokenizer" of {@code tokenizer.json}. */
    ObjectNode preTokenizer(boolean prefixSpace) {
        JsonMapper mapper = JsonMapper.shared();
        ObjectNode bytes = mapper.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", prefixSpace)
                .put("trim_offsets", true)
                .put("use_regex", this == GPT2);
        if (this == GPT2) {
            return bytes;
        }
        ArrayNode steps = mapper.createArrayNode();
        for (String expression : expressions) {
            ObjectNode split = mapper.createObjectNode().put("type", "Split");
            split.putObject("pattern").put("Regex", expression);
            steps.add(split.put("behavior", "Isolated").put("invert", false));
        }
        ObjectNode sequence = mapper.createObjectNode().put("type", "Sequence");
        sequence.set("pretokenizers", steps.add(bytes));
        return sequence;
    }

    /** Whether words that are tokens stay whole, whatever the merges say. */
    boolean keepsWholeWords() {
        return this == LLAMA3;
    }

    /** Whether prompts begin with the token that begins a text, where a file does not say it. */
    boolean beginsPrompts() {
        return this == LLAMA3;
    }
}
