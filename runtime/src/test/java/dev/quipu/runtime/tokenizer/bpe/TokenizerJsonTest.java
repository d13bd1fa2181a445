package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** What a tokenizer.json may say, and what is refused by its path. */
class TokenizerJsonTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "version        | '2.0' |",
                "surprise       | 1 |",
                "normalizer     | {'type':'NFC','extra':1}                           | normalizer.extra",
                "normalizer     | {'type':'Lowercase'}                               | normalizer.type",
                "normalizer     | {'type':'Sequence','normalizers':[{'type':'Nmt'}]} | normalizer.normalizers[0].type",
                "normalizer     | {'type':'Replace','pattern':{'Regex':'a*'},'content':''} | normalizer.pattern.Regex",
                "normalizer     | {'type':'Replace','pattern':{'String':''},'content':''}  | normalizer.pattern.String",
                "pre_tokenizer  | {'type':'BertPreTokenizer'}                        | pre_tokenizer.type",
                "pre_tokenizer  | {'type':'ByteLevel','mode':'x'}                    | pre_tokenizer.mode",
                "pre_tokenizer  | {'type':'Sequence','pretokenizers':[]}             | pre_tokenizer.pretokenizers",
                "pre_tokenizer  | {'type':'Sequence','pretokenizers':[{'type':'ByteLevel'},{'type':'Digits'}]}"
                        + " | pre_tokenizer.pretokenizers[0].type",
                "pre_tokenizer  | {'type':'Split','pattern':{'Regex':'\\\\w'},'behavior':'Isolated'}"
                        + " | pre_tokenizer.pattern.Regex",
                "pre_tokenizer  | {'type':'Split','pattern':{'String':'x'},'behavior':'Gone'} | pre_tokenizer.behavior",
                "pre_tokenizer  | {'type':'Metaspace','replacement':'xy'}            | pre_tokenizer.replacement",
                "pre_tokenizer  | {'type':'Metaspace','replacement':'_','prepend_scheme':'last'}"
                        + " | pre_tokenizer.prepend_scheme",
                "post_processor | {'type':'BertProcessing'}                          | post_processor.type",
                "post_processor | {'type':'TemplateProcessing','single':[]}          | post_processor.single",
                "post_processor | {'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'<s>'}},"
                        + "{'Sequence':{'id':'A'}}],'special_tokens':{'<s>':{'ids':[1,2]}}}"
                        + " | post_processor.special_tokens.<s>.ids",
                "post_processor | {'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'<s>'}},"
                        + "{'Sequence':{'id':'A'}}],'special_tokens':{'<s>':{'ids':[99999]}}} | post_processor",
                "post_processor | {'type':'TemplateProcessing','single':[{'Sequence':{'id':'B'}}]}"
                        + " | post_processor.single[0]",
                "decoder        | null |",
                "decoder        | {'type':'WordPiece'}                               | decoder.type",
                "decoder        | {'type':'Sequence','decoders':[{'type':'Fuse'},{'type':'ByteFallback'}]}"
                        + " | decoder.decoders[1].type",
                "decoder        | {'type':'Sequence','decoders':[{'type':'Fuse'},{'type':'Strip','content':'"
                        + " ','start':0,'stop':1}]} | decoder.decoders[1].stop",
                "added_tokens   | [{'id':0,'content':'new'}]                         | added_tokens[0].id",
                "added_tokens   | [{'id':900,'content':'!'}]                         | added_tokens[0].id",
                "added_tokens   | [{'id':900,'content':'x','lsrtip':true}]           | added_tokens[0].lsrtip",
                "added_tokens   | [{'id':900,'content':'xx'},{'id':901,'content':'xx'}] | added_tokens[1]",
                "added_tokens   | [{'id':9000000,'content':'xx'}]                    | model.vocab",
                "added_tokens   | [{'id':-1,'content':'xx'}]                         | added_tokens[0].id",
            })
    void refusesWhatIsUnknown(String entry, String value, String path) {
        ObjectNode file = Toy.byteLevel(Toy.GPT2);
        file.set(entry, Toy.json(value));
        assertRefused(file, path == null ? entry : path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "type                      | 'Unigram' |",
                "dropout                   | 0.1 |",
                "continuing_subword_prefix | '##' |",
                "end_of_word_suffix        | '</w>' |",
                "unk_token                 | '[UNK]' |",
                "fuse_unk                  | 'yes' |",
                "max_length                | 5 |",
                "vocab                     | {'a':0,'b':0}           | vocab.b",
                "vocab                     | {'a':-1}                | vocab.a",
                "vocab                     | []                      | vocab",
                "merges                    | ['! ! !']               | merges[0]",
                "merges                    | [['!','never there']]   | merges[0]",
                "merges                    | [['!']]                 | merges[0]",
                "merges                    | ['! #', 5]              | merges[0]",
                "merges                    | {}                      | merges",
                "byte_fallback             | true |",
            })
    void refusesModelsThatItCannotRun(String entry, String value, String path) {
        ObjectNode file = entry.equals("byte_fallback") ? withoutBytes() : Toy.byteLevel(Toy.GPT2);
        ((ObjectNode) file.get("model")).set(entry, Toy.json(value));
        assertRefused(file, "model." + (path == null ? entry : path));
    }

    private static ObjectNode withoutBytes() {
        ObjectNode file = Toy.marked();
        ((ObjectNode) file.get("model").get("vocab")).remove("<0x41>");
        return file;
    }

    private static void assertRefused(ObjectNode file, String path) {
        String message =
                assertThrows(QuipuException.class, () -> Toy.tokenizer(file)).getMessage();
        assertTrue(message.startsWith("toy/tokenizer.json: " + path), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void readsMergesAsTextsAndAsPairs() {
        ObjectNode texts = Toy.byteLevel(Toy.GPT2);
        ObjectNode pairs = texts.deepCopy();
        pairs.withObject("model").putArray("merges");
        texts.get("model").get("merges").forEach(merge -> {
            String[] sides = merge.stringValue().split(" ", 2);
            pairs.get("model").withArray("merges").addArray().add(sides[0]).add(sides[1]);
        });
        String text = "the end of the world's end";
        assertArrayEquals(
                Toy.tokenizer(texts).encode(text), Toy.tokenizer(pairs).encode(text));
    }

    @Test
    void wordsThatAreTokensStayWholeWhereMergesAreIgnored() {
        ObjectNode file = Toy.byteLevel(Toy.LLAMA3);
        int id = file.get("model").get("vocab").size();
        file.withObject("model").withObject("vocab").put("zebra", id);
        assertEquals(5, Toy.tokenizer(file).encode("zebra").length);
        file.withObject("model").put("ignore_merges", true);
        assertArrayEquals(new int[] {id}, Toy.tokenizer(file).encode("zebra"));
    }

    /** Words are cut at marks only where no merge crosses the cuts. */
    @Test
    void marksMayStandInsideTokens() {
        ObjectNode file = Toy.marked();
        ObjectNode model = file.withObject("model");
        int joined = model.get("vocab").size();
        model.withObject("vocab").put("e\u2581", joined);
        model.withArray("merges").insert(0, "e \u2581");
        BpeTokenizer tokenizer = Toy.tokenizer(file);
        int[] tokens = tokenizer.encode("the the");
        assertTrue(Arrays.stream(tokens).anyMatch(token -> token == joined));
        assertEquals("the the", tokenizer.decode(tokens));
        assertFalse(tokenizer.canCut("the the", 3));
        assertTrue(Toy.tokenizer(Toy.marked()).canCut("the the", 3));
    }

    @Test
    void idsMayLeaveGaps() {
        ObjectNode file = Toy.byteLevel(Toy.GPT2);
        int size = file.get("model").get("vocab").size();
        file.withArray("added_tokens").addObject().put("id", size + 2).put("content", "<far>");
        BpeTokenizer tokenizer = Toy.tokenizer(file);
        assertEquals(size + 3, tokenizer.vocabularySize());
        assertEquals("<unused " + size + ">", tokenizer.piece(size));
        assertEquals("a<far>", tokenizer.decode(tokenizer.encode("a")[0], size, size + 2));
    }

    @Test
    void unknownCharactersAreDroppedUnknownOrFused() {
        ObjectNode file = Toy.marked();
        ObjectNode model = file.withObject("model");
        String text = "a\u4e01\u4e02 a";
        assertEquals(text, Toy.tokenizer(file).decode(Toy.tokenizer(file).encode(text)));
        model.put("byte_fallback", false);
        assertEquals("a a", Toy.tokenizer(file).decode(Toy.tokenizer(file).encode(text)));
        model.put("unk_token", "!");
        model.withObject("vocab").put("!", model.get("vocab").size());
        assertEquals("a! a", Toy.tokenizer(file).decode(Toy.tokenizer(file).encode(text)));
        model.put("fuse_unk", false);
        assertEquals("a!! a", Toy.tokenizer(file).decode(Toy.tokenizer(file).encode(text)));
    }

    @Test
    void normalizesBeforeItCuts() {
        ObjectNode file = Toy.byteLevel(Toy.QWEN2);
        file.set("normalizer", Toy.json("{'type':'NFC'}"));
        assertEquals(
                "\u00e9t\u00e9", Toy.tokenizer(file).decode(Toy.tokenizer(file).encode("e\u0301te\u0301")));
        file.set(
                "normalizer",
                Toy.json("{'type':'Sequence','normalizers':[{'type':'NFKC'},"
                        + "{'type':'Replace','pattern':{'Regex':' {2,}'},'content':' '}]}"));
        assertEquals("1 fi", Toy.tokenizer(file).decode(Toy.tokenizer(file).encode("\u2460 \u00a0 \ufb01")));
    }

    @Test
    void specialTokensAreTextUnlessAskedFor() {
        ObjectNode file = Toy.byteLevel(Toy.GPT2);
        int special = Toy.add(file, "<|eot|>", true, "");
        int plain = Toy.add(file, "<tool>", false, "");
        BpeTokenizer tokenizer = Toy.tokenizer(file);
        String text = "a<|eot|>b<tool>";
        int[] asText = tokenizer.encode(text);
        assertEquals(text, tokenizer.decode(asText));
        assertEquals(plain, asText[asText.length - 1]);
        int[] asked = tokenizer.encodeWithSpecials(text);
        assertEquals("ab<tool>", tokenizer.decode(asked));
        assertEquals(special, asked[1]);
        assertEquals(special, tokenizer.special("<|eot|>").getAsInt());
        assertTrue(tokenizer.special("<tool>").isEmpty());
        assertEquals("<|eot|>", tokenizer.piece(special));
    }

    @ParameterizedTest
    @CsvSource({"-1", "100000"})
    void refusesIdsOutsideTheVocabulary(int token) {
        BpeTokenizer tokenizer = Toy.tokenizer(Toy.byteLevel(Toy.GPT2));
        assertThrows(QuipuException.class, () -> tokenizer.decode(token));
        assertThrows(QuipuException.class, () -> tokenizer.piece(token));
    }
}
