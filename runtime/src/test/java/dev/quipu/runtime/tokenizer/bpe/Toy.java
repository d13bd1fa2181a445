package dev.quipu.runtime.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Small tokenizers, as the files that describe them, and texts that are hard to cut. */
final class Toy {
    static final String GPT2 = "{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,'use_regex':true}";
    static final String GPT2_PREFIXED = GPT2.replace("'add_prefix_space':false", "'add_prefix_space':true");
    static final String LLAMA3 = split(Llama3Pattern.LLAMA3);
    static final String QWEN2 = split(Llama3Pattern.QWEN2);

    private static final int MERGES = 150;
    private static final List<String> ATOMS = List.of(
            "a",
            "the",
            "Hello",
            "WORLD",
            "\u00e9",
            "e\u0301",
            "'s",
            "'S",
            "'ll",
            "'lL",
            "'re",
            "'\u017f",
            "'",
            "!",
            "...",
            "--",
            "<tool>",
            "(",
            "1",
            "12",
            "3456",
            "\u00bd",
            "\u2167",
            "\u0663",
            " ",
            " ",
            " ",
            "  ",
            "   ",
            "\n",
            "\n",
            "\n\n",
            "\r\n",
            "\t",
            "\u00a0",
            "\u3000",
            "\u2028",
            "\u0085",
            "\u200b",
            "\u001c",
            "\u6f22\u5b57",
            "\u304b\u306a",
            "\uac00",
            "\u1100",
            "\u1161",
            "\ud83e\udd99",
            "\ud835\udc00",
            "\ud835\udfd8",
            "\u0000",
            "\u0301",
            "\u2581",
            "\u0120",
            "\u00df",
            "\u0130",
            "_",
            "$",
            "\u0928\u092e\u0938\u094d",
            "\ufffd");
    private static final String LESSON =
            "the the then hello Hello world WORLD's we'll they're 12 3456 a an and in on at"
                    + "\u6f22\u5b57 \u304b\u306a ... -- (the) \u00e9t\u00e9\n\nthe  end   \n  x\t\ty \ud83e\udd99 ";

    private Toy() {}

    private static String split(String expression) {
        ObjectNode split = JsonMapper.shared().createObjectNode().put("type", "Split");
        split.putObject("pattern").put("Regex", expression);
        split.put("behavior", "Isolated").put("invert", false);
        return "{'type':'Sequence','pretokenizers':[" + split.toString().replace("'s|'t|'re|'ve|'m|'ll|'d", "@") + ","
                + GPT2.replace("'use_regex':true", "'use_regex':false") + "]}";
    }

    /** JSON that may use single quotes. */
    static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"').replace("@", "'s|'t|'re|'ve|'m|'ll|'d"));
    }

    /** A byte-level file of learned merges. */
    static ObjectNode byteLevel(String preTokenizer) {
        Set<String> alphabet = new LinkedHashSet<>();
        for (int value = 0; value < ByteAlphabet.BYTES; value++) {
            alphabet.add(String.valueOf(ByteAlphabet.character(value)));
        }
        StringBuilder lesson = new StringBuilder();
        for (byte value : LESSON.repeat(2).getBytes(StandardCharsets.UTF_8)) {
            lesson.append(ByteAlphabet.character(value & 0xFF));
        }
        ObjectNode file = file(alphabet, lesson.toString());
        file.set("pre_tokenizer", json(preTokenizer));
        file.set("decoder", json("{'type':'ByteLevel'}"));
        return file;
    }

    /** A file like LLaMA's: marks for spaces, bytes for what is unknown. */
    static ObjectNode marked() {
        Set<String> alphabet = new LinkedHashSet<>();
        for (int value = 0; value < ByteAlphabet.BYTES; value++) {
            alphabet.add(TokenTexts.byteName(value));
        }
        String lesson = LESSON.repeat(2).replace(' ', '\u2581');
        lesson.codePoints().filter(point -> point < 0x7000).forEach(point -> alphabet.add(Character.toString(point)));
        ObjectNode file = file(alphabet, lesson);
        file.set(
                "normalizer",
                json("{'type':'Sequence','normalizers':[{'type':'Prepend','prepend':'\u2581'},"
                        + "{'type':'Replace','pattern':{'String':' '},'content':'\u2581'}]}"));
        file.set(
                "decoder",
                json("{'type':'Sequence','decoders':[{'type':'Replace','pattern':{'String':'\u2581'},'content':'"
                        + " '},{'type':'ByteFallback'},{'type':'Fuse'},{'type':'Strip','content':'"
                        + " ','start':1,'stop':0}]}"));
        ((ObjectNode) file.get("model")).put("byte_fallback", true).put("fuse_unk", true);
        return file;
    }

    /** Joins the most frequent pair again and again; never a mark to what stands before it. */
    private static ObjectNode file(Set<String> alphabet, String lesson) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        alphabet.forEach(piece -> vocabulary.put(piece, vocabulary.size()));
        List<String> symbols = new ArrayList<>(
                lesson.codePoints().mapToObj(Character::toString).toList());
        ObjectNode file = JsonMapper.shared().createObjectNode().put("version", "1.0");
        file.putArray("added_tokens");
        ObjectNode model = file.putObject("model").put("type", "BPE");
        ObjectNode ids = model.putObject("vocab");
        ArrayNode merges = model.putArray("merges");
        for (int merge = 0; merge < MERGES; merge++) {
            Map<List<String>, Integer> counts = new HashMap<>();
            for (int i = 0; i + 1 < symbols.size(); i++) {
                String left = symbols.get(i);
                String right = symbols.get(i + 1);
                boolean inside = right.startsWith("\u2581") && !left.endsWith("\u2581");
                if (!inside && vocabulary.containsKey(left) && vocabulary.containsKey(right)) {
                    counts.merge(List.of(left, right), 1, Integer::sum);
                }
            }
            if (counts.isEmpty()) {
                break;
            }
            List<String> best = Collections.max(
                            counts.entrySet(),
                            Map.Entry.<List<String>, Integer>comparingByValue()
                                    .thenComparing(entry -> String.join(" ", entry.getKey())))
                    .getKey();
            String joined = best.get(0) + best.get(1);
            vocabulary.putIfAbsent(joined, vocabulary.size());
            merges.add(best.get(0) + " " + best.get(1));
            for (int i = 0; i + 1 < symbols.size(); i++) {
                if (symbols.get(i).equals(best.get(0)) && symbols.get(i + 1).equals(best.get(1))) {
                    symbols.set(i, joined);
                    symbols.remove(i + 1);
                }
            }
        }
        vocabulary.forEach(ids::put);
        return file;
    }

    /** Adds a token, behind the vocabulary unless it has it; returns its id. */
    static int add(ObjectNode file, String content, boolean special, String flags) {
        ArrayNode added = (ArrayNode) file.get("added_tokens");
        JsonNode vocabulary = file.get("model").get("vocab");
        int id = vocabulary.path(content).asInt(vocabulary.size() + added.size());
        added.addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", flags.contains("single"))
                .put("lstrip", flags.contains("left"))
                .put("rstrip", flags.contains("right"))
                .put("normalized", flags.contains("normalized"))
                .put("special", special);
        return id;
    }

    /** A file with something of everything in it. */
    static ObjectNode rich(boolean byteLevel) {
        ObjectNode file = byteLevel ? byteLevel(LLAMA3) : marked();
        add(file, "<tool>", false, "left right normalized");
        int end = add(file, "<|end|>", true, "single");
        if (byteLevel) {
            file.set("normalizer", json("{'type':'Sequence','normalizers':[{'type':'NFC'}]}"));
            file.set(
                    "post_processor",
                    json("{'type':'Sequence','processors':[{'type':'ByteLevel'},{'type':'TemplateProcessing',"
                            + "'single':[{'SpecialToken':{'id':'e'}},{'Sequence':{'id':'A'}}],"
                            + "'special_tokens':{'e':{'id':'e','ids':[" + end + "]}}}]}"));
        }
        return file;
    }

    static BpeTokenizer tokenizer(ObjectNode file) {
        return tokenizer(Map.of(ModelFolder.TOKENIZER, file.toString()));
    }

    /** The tokenizer of files by name. */
    static BpeTokenizer tokenizer(Map<String, String> files) {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        files.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return new ModelFolder("toy", bytes).tokenizer();
    }

    /** A text of pieces that split patterns treat apart, and of any other characters. */
    static String text(SplittableRandom random, int most) {
        StringBuilder text = new StringBuilder();
        int count = random.nextInt(most);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(10) == 0) {
                text.appendCodePoint(anyCharacter(random));
            } else {
                text.append(ATOMS.get(random.nextInt(ATOMS.size())));
            }
        }
        return text.toString();
    }

    private static int anyCharacter(SplittableRandom random) {
        int point = random.nextInt(random.nextInt(6) == 0 ? Character.MAX_CODE_POINT : 0x3000);
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? ' ' : point;
    }
}
