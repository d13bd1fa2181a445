package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The files of a tokenizer in a model folder, and GGUF's metadata. */
class ModelFolderTest {
    private static final String BEGIN = "<|begin|>";
    private static final String END = "<|end|>";
    private static final String TURN = "<|turn|>";

    private static Map<String, String> files(ObjectNode file) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("tokenizer.json", file.toString());
        return files;
    }

    private static ObjectNode withSpecials() {
        ObjectNode file = Toy.byteLevel(Toy.LLAMA3);
        for (String name : List.of(BEGIN, END, TURN)) {
            Toy.add(file, name, true, "");
        }
        return file;
    }

    private static int id(Tokenizer tokenizer, String name) {
        return tokenizer.special(name).getAsInt();
    }

    @Test
    void theFilesBesideTellTheEnds() {
        ObjectNode file = withSpecials();
        Map<String, String> files = files(file);
        BpeTokenizer bare = Toy.tokenizer(files);
        int begin = id(bare, BEGIN);
        int end = id(bare, END);
        int turn = id(bare, TURN);
        assertEquals(OptionalInt.empty(), bare.beginOfText());
        assertEquals(Set.of(), bare.endsOfText());
        files.put(
                "tokenizer_config.json",
                "{\"bos_token\":{\"content\":\"<|begin|>\"},\"eos_token\":\"<|end|>\",\"chat_template\":\"{{x}}\",\"other\":1}");
        files.put("generation_config.json", "{\"eos_token_id\":[" + turn + "," + end + "]}");
        BpeTokenizer told = Toy.tokenizer(files);
        assertEquals(OptionalInt.of(begin), told.beginOfText());
        assertEquals(OptionalInt.of(end), told.endOfText());
        assertEquals(Set.of(end, turn), told.endsOfText());
        assertEquals(Optional.of("{{x}}"), told.chatTemplate());
        assertTrue(!told.beginsPrompts());
        file.set(
                "post_processor",
                Toy.json("{'type':'Sequence','processors':[{'type':'ByteLevel','trim_offsets':false},"
                        + "{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'b','type_id':0}},"
                        + "{'Sequence':{'id':'A','type_id':0}}],'pair':[],'special_tokens':{'b':{'id':'b','ids':["
                        + begin + "]}}}]}"));
        BpeTokenizer framed = Toy.tokenizer(files(file));
        assertTrue(framed.beginsPrompts());
        assertEquals(OptionalInt.of(begin), framed.beginOfText());
        Map<String, String> refusing = files(file);
        refusing.put("tokenizer_config.json", "{\"add_bos_token\":false}");
        assertTrue(!Toy.tokenizer(refusing).beginsPrompts());
    }

    @Test
    void templatesOfSeveralNamesAndInAFileOfTheirOwn() {
        Map<String, String> files = files(withSpecials());
        files.put(
                "tokenizer_config.json",
                "{\"chat_template\":[{\"name\":\"tool\",\"template\":\"t\"},{\"name\":\"default\",\"template\":\"d\"}]}");
        assertEquals(Optional.of("d"), Toy.tokenizer(files).chatTemplate());
        files.put("chat_template.jinja", "{{ messages }}");
        assertEquals(Optional.of("{{ messages }}"), Toy.tokenizer(files).chatTemplate());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tokenizer_config.json  | {\"eos_token\":\"<none>\"}               | eos_token",
                "tokenizer_config.json  | {\"split_special_tokens\":true}          | split_special_tokens",
                "tokenizer_config.json  | {\"add_bos_token\":\"yes\"}              | add_bos_token",
                "tokenizer_config.json  | {\"added_tokens_decoder\":{\"x\":{\"content\":\"y\"}}} |"
                        + " added_tokens_decoder.x",
                "tokenizer_config.json  | [                                        | expected JSON",
                "generation_config.json | {\"eos_token_id\":123456}                | eos_token_id",
                "generation_config.json | {\"eos_token_id\":\"x\"}                 | eos_token_id",
            })
    void refusesWhatDoesNotFit(String name, String text, String expected) {
        Map<String, String> files = files(withSpecials());
        files.put(name, text);
        String message =
                assertThrows(QuipuException.class, () -> Toy.tokenizer(files)).getMessage();
        assertTrue(message.contains(name) && message.contains(expected), message);
    }

    @Test
    void theConfigAddsTokens() {
        ObjectNode file = withSpecials();
        int id = file.get("model").get("vocab").size() + 3;
        Map<String, String> files = files(file);
        files.put(
                "tokenizer_config.json",
                "{\"added_tokens_decoder\":{\"" + id + "\":{\"content\":\"<|more|>\",\"special\":true},\"" + (id - 1)
                        + "\":{\"content\":\"<|turn|>\",\"special\":true}}}");
        assertEquals(OptionalInt.of(id), Toy.tokenizer(files).special("<|more|>"));
    }

    @Test
    void savesTheFilesThatItWasReadFrom(@TempDir Path from, @TempDir Path to) throws IOException {
        Map<String, String> files = files(withSpecials());
        files.put("tokenizer_config.json", "{ \"eos_token\" : \"<|end|>\" }");
        files.put("special_tokens_map.json", "{}");
        files.put("generation_config.json", "{\"temperature\": 0.6}");
        files.put("chat_template.jinja", "{{ messages }}\n");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(from.resolve(file.getKey()), file.getValue());
        }
        Tokenizer tokenizer = Tokenizer.load(from);
        tokenizer.save(to);
        for (String name : files.keySet()) {
            assertEquals(files.get(name), Files.readString(to.resolve(name)), name);
        }
        assertEquals(tokenizer.name(), Tokenizer.load(to).name());
        Files.writeString(to.resolve("tokenizer.json"), Toy.byteLevel(Toy.GPT2).toString());
        Files.delete(to.resolve("tokenizer_config.json"));
        assertNotEquals(tokenizer.name(), Tokenizer.load(to).name());
    }

    @Test
    void gpt2sLayoutIsTheSameTokenizer(@TempDir Path folder) throws IOException {
        ObjectNode file = Toy.byteLevel(Toy.GPT2);
        ObjectNode model = file.withObject("model");
        int end = model.get("vocab").size();
        model.withObject("vocab").put("<|endoftext|>", end);
        StringBuilder merges = new StringBuilder("#version: 0.2\n");
        model.get("merges").forEach(merge -> merges.append(merge.stringValue()).append('\n'));
        Files.writeString(folder.resolve("vocab.json"), model.get("vocab").toString());
        String missing =
                assertThrows(QuipuException.class, () -> Tokenizer.load(folder)).getMessage();
        assertTrue(missing.contains("merges.txt"), missing);
        Files.writeString(folder.resolve("merges.txt"), merges);
        String text = "the world's  end\n12 e\u0301";
        Tokenizer gpt2 = Tokenizer.load(folder);
        assertArrayEquals(Toy.tokenizer(file).encode(text), gpt2.encode(text));
        assertEquals(OptionalInt.of(end), gpt2.endOfText());
        Files.writeString(folder.resolve("added_tokens.json"), "{\"<|more|>\":" + (end + 1) + "}");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\":\"Qwen2Tokenizer\",\"eos_token\":\"<|more|>\"}");
        Tokenizer qwen = Tokenizer.load(folder);
        assertEquals("the world's  end\n12 \u00e9", qwen.decode(qwen.encode(text)));
        assertEquals(OptionalInt.of(end + 1), qwen.endOfText());
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"XTokenizer\"}");
        String refused =
                assertThrows(QuipuException.class, () -> Tokenizer.load(folder)).getMessage();
        assertTrue(refused.contains("XTokenizer"), refused);
    }

    @Test
    void theConfigDecidesAboutTheSpaceBeforeAText() {
        Map<String, String> files = files(Toy.byteLevel(Toy.GPT2));
        assertEquals("the", Toy.tokenizer(files).decode(Toy.tokenizer(files).encode("the")));
        files.put("tokenizer_config.json", "{\"add_prefix_space\":true}");
        assertEquals(" the", Toy.tokenizer(files).decode(Toy.tokenizer(files).encode("the")));
    }

    private static ByteLevelBpe metadata(String preTokenizer, List<Integer> types) {
        ObjectNode model = Toy.byteLevel(Toy.GPT2).withObject("model");
        List<String> tokens = new ArrayList<>(model.get("vocab").propertyNames());
        List<String> merges =
                model.get("merges").valueStream().map(JsonNode::stringValue).toList();
        int size = tokens.size();
        tokens.addAll(List.of(BEGIN, END, TURN));
        return new ByteLevelBpe(
                tokens,
                types,
                merges,
                preTokenizer,
                OptionalInt.of(size),
                OptionalInt.of(size + 1),
                Set.of(size + 2),
                Optional.empty(),
                Optional.of("{{ chat }}"));
    }

    @Test
    void ggufsMetadataIsATokenizerThatSavesItself(@TempDir Path folder) throws IOException {
        BpeTokenizer tokenizer = metadata("llama-bpe", List.of()).tokenizer();
        String text = "the world's  end\n1234";
        assertArrayEquals(Toy.tokenizer(Toy.byteLevel(Toy.LLAMA3)).encode(text), tokenizer.encode(text));
        assertTrue(tokenizer.beginsPrompts());
        assertEquals(Set.of(id(tokenizer, END), id(tokenizer, TURN)), tokenizer.endsOfText());
        tokenizer.save(folder);
        Tokenizer saved = Tokenizer.load(folder);
        assertEquals(tokenizer.name(), saved.name());
        assertEquals(tokenizer.beginOfText(), saved.beginOfText());
        assertEquals(tokenizer.endsOfText(), saved.endsOfText());
        assertEquals(Optional.of("{{ chat }}"), saved.chatTemplate());
    }

    @ParameterizedTest
    @CsvSource({"gpt-2, false", "qwen2, false", "default, false", "smollm, false", "llama3, true"})
    void ggufsFamiliesAreKnownByName(String name, boolean beginsPrompts) {
        BpeTokenizer tokenizer = metadata(name, List.of()).tokenizer();
        assertEquals("the 12, end", tokenizer.decode(tokenizer.encode("the 12, end")));
        assertEquals(beginsPrompts, tokenizer.beginsPrompts());
    }

    @Test
    void refusesOtherFamiliesAndWrongCounts() {
        String message = assertThrows(
                        QuipuException.class,
                        () -> metadata("viking", List.of()).tokenizer())
                .getMessage();
        assertTrue(message.contains("viking") && message.contains("tokenizer.ggml.pre"), message);
        assertThrows(QuipuException.class, () -> metadata("gpt-2", List.of(1, 1)));
    }
}
