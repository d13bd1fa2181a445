package dev.quipu.runtime.tokenizer.bpe;

import java.util.List;
import java.util.OptionalInt;

/**
 * Reads "post_processor": which tokens stand around a text. Only one before it and one behind it are known; the one behind it
 * ends documents in training, and is never put behind a prompt. Pairs of texts do not occur in language models.
 */
final class PostProcessorReader {
    private OptionalInt begin = OptionalInt.empty();
    private OptionalInt end = OptionalInt.empty();

    private PostProcessorReader() {}

    /** The tokens around a text. */
    record Frame(OptionalInt begin, OptionalInt end) {}

    static Frame read(JsonPart part) {
        PostProcessorReader reader = new PostProcessorReader();
        if (!part.isAbsent()) {
            reader.add(part);
        }
        return new Frame(reader.begin, reader.end);
    }

    private void add(JsonPart part) {
        switch (part.type()) {
            case "Sequence" ->
                part.only("type", "processors").at("processors").items().forEach(this::add);
            // moves offsets only
            case "ByteLevel" -> part.only("type", "add_prefix_space", "trim_offsets", "use_regex");
            case "TemplateProcessing" -> template(part.only("type", "single", "pair", "special_tokens"));
            default -> throw part.at("type").refused("one of Sequence, ByteLevel, TemplateProcessing");
        }
    }

    private void template(JsonPart part) {
        boolean behind = false;
        for (JsonPart item : part.at("single").items()) {
            item.only("SpecialToken", "Sequence");
            if (item.at("SpecialToken").isAbsent()) {
                JsonPart sequence = item.at("Sequence");
                if (behind || !sequence.at("id").text().equals("A")) {
                    throw item.refused("the text A, once");
                }
                behind = true;
            } else {
                OptionalInt token =
                        OptionalInt.of(id(part, item.at("SpecialToken").at("id")));
                if ((behind ? end : begin).isPresent()) {
                    throw item.refused("at most one token on each side of the text");
                }
                begin = behind ? begin : token;
                end = behind ? token : end;
            }
        }
        if (!behind) {
            throw part.at("single").refused("the text A");
        }
    }

    private static int id(JsonPart part, JsonPart name) {
        JsonPart ids = part.at("special_tokens").at(name.text()).at("ids");
        List<JsonPart> items = ids.items();
        if (items.size() != 1) {
            throw ids.refused("one id");
        }
        return items.getFirst().count();
    }
}
