package dev.quipu.runtime.tokenizer.bpe;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes the {@code tokenizer.json} of a byte-level vocabulary that comes in another layout. */
final class ByteLevelJson {
    private ByteLevelJson() {}

    /** The whole file; {@code vocabulary} has the ids of all pieces but the added ones. */
    static ObjectNode of(
            WordFamily family,
            boolean prefixSpace,
            Map<String, Integer> vocabulary,
            List<String> merges,
            List<AddedToken> added) {
        ObjectNode file = JsonMapper.shared().createObjectNode();
        file.put("version", "1.0");
        file.putNull("truncation");
        file.putNull("padding");
        ArrayNode tokens = file.putArray("added_tokens");
        for (AddedToken token : added) {
            tokens.addObject()
                    .put("id", token.id())
                    .put("content", token.content())
                    .put("single_word", token.singleWord())
                    .put("lstrip", token.leftStrip())
                    .put("rstrip", token.rightStrip())
                    .put("normalized", token.normalized())
                    .put("special", token.special());
        }
        file.set("normalizer", family.normalizer());
        file.set("pre_tokenizer", family.preTokenizer(prefixSpace));
        file.putNull("post_processor");
        file.putObject("decoder").put("type", "ByteLevel");
        ObjectNode model = file.putObject("model").put("type", "BPE");
        model.put("ignore_merges", family.keepsWholeWords());
        ObjectNode ids = model.putObject("vocab");
        vocabulary.forEach(ids::put);
        ArrayNode pairs = model.putArray("merges");
        merges.forEach(pairs::add);
        return file;
    }
}
