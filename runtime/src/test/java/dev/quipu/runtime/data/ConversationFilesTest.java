package dev.quipu.runtime.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.chat.ChatTemplate;
import dev.quipu.runtime.chat.TaggedTokenizer;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConversationFilesTest {
    @TempDir
    Path folder;

    private Path write(String... lines) throws IOException {
        return Files.writeString(folder.resolve("chat.jsonl"), String.join("\n", lines));
    }

    private static List<String> read(Path file) throws IOException {
        List<String> found = new ArrayList<>();
        ConversationFiles.of(List.of(file)).read((where, messages) -> {
            StringBuilder text = new StringBuilder(where.substring(where.lastIndexOf(':') + 1));
            messages.forEach(message ->
                    text.append(' ').append(message.role()).append('=').append(message.content()));
            found.add(text.toString());
        });
        return found;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}]} | user=a assistant=b",
                "{'messages':[{'role':'system','content':'s'},{'role':'assistant','content':'b','name':null}],'id':7}"
                        + " | system=s assistant=b",
                "{'system':'s','messages':[{'role':'assistant','content':''}]} | system=s assistant=",
                "{'prompt':'a','completion':'b','source':'x','score':0.5} | user=a assistant=b",
                "{'prompt':'a','response':'b','tags':[]} | user=a assistant=b",
                "{'question':'a','answer':'b'} | user=a assistant=b",
                "{'instruction':'a','input':'','output':'b','system':''} | user=a assistant=b",
                "{'instruction':'a','input':'c','output':'b'} | user=a~c assistant=b",
                "{'instruction':'a','context':'c','response':'b','category':'q'} | user=a~c assistant=b"
            })
    void commonShapesAreConversations(String line, String expected) throws IOException {
        Path file = write("", line.replace('\'', '"'), "  ", "");
        assertEquals(List.of("2 " + expected.replace("~", "\n\n")), read(file));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'text':'a'} | expected a conversation: messages, or prompt and completion, or prompt and response, or"
                        + " question and answer, or instruction and output, or instruction and response, found the keys"
                        + " text",
                "{'prompt':'a','completion':'b','response':'c'} | expected a conversation of one kind, found the keys"
                        + " prompt, completion, response",
                "{'prompt':'a','completion':7} | expected text as 'completion', found a number",
                "{'prompt':'a','completion':'b','tools':[1]} | expected beside the conversation only texts and numbers,"
                        + " found 'tools', a list; its meaning would be lost: leave it out or write it into the"
                        + " conversation",
                "{'messages':'a'} | expected a list of messages, found a text",
                "{'messages':[]} | expected something that the assistant says, found only []; there is nothing to learn"
                        + " in it",
                "{'messages':[{'role':'user','content':'a'}]} | expected something that the assistant says, found only"
                        + " [user]; there is nothing to learn in it",
                "{'messages':[7]} | message 1: expected a message with role and content, found a number",
                "{'messages':[{'role':'user','content':'a'},{'role':'assistant'}]} | message 2: expected text as"
                        + " 'content', found nothing",
                "{'messages':[{'role':'assistant','content':[{'type':'text'}]}]} | message 1: expected text as"
                        + " 'content', found a list",
                "{'messages':[{'role':'assistant','content':'a','weight':0}]} | message 1: expected a message of role"
                        + " and content, found also 'weight'; its meaning would be lost",
                "{'messages':[{'role':' ','content':'a'}]} | message 1: expected a role such as user or assistant,"
                        + " found none",
                "[1] | expected a JSON object, found array",
                "{'prompt':'a' | expected a JSON object on one line, found other text (",
                "{'prompt':'a','completion':'b'} {} | expected a JSON object on one line, found other text (",
                "{'prompt':'a','prompt':'c','completion':'b'} | expected a JSON object on one line, found other text ("
            })
    void otherLinesAreRefusedByTheirNumber(String line, String expected) throws IOException {
        Path file = write("{'prompt':'a','completion':'b'}".replace('\'', '"'), line.replace('\'', '"'));
        String message = assertThrows(QuipuException.class, () -> read(file)).getMessage();
        String place = file + (expected.startsWith("message") ? ":2, " : ":2: ");
        assertTrue(
                expected.endsWith("(") ? message.startsWith(place + expected) : message.equals(place + expected),
                message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void bytesThatAreNoTextAreRefusedByTheirLine() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("\uFEFF{\"prompt\":\"a\",\"completion\":\"b\"}\r\n".getBytes(StandardCharsets.UTF_8));
        Path file = Files.write(folder.resolve("chat.jsonl"), bytes.toByteArray());
        assertEquals(List.of("1 user=a assistant=b"), read(file));
        bytes.write(0xFF);
        Files.write(file, bytes.toByteArray());
        String message = assertThrows(QuipuException.class, () -> read(file)).getMessage();
        assertEquals(file + ":2: expected UTF-8 text, found other bytes; convert the file to UTF-8", message);
    }

    @Test
    void anEmptyFileAndAMissingOneAreRefused() throws IOException {
        Path file = write("", "");
        assertTrue(assertThrows(QuipuException.class, () -> read(file))
                .getMessage()
                .contains("one on each line"));
        assertThrows(QuipuException.class, () -> ConversationFiles.of(List.of(folder.resolve("no.jsonl"))));
    }

    @Test
    void pathsAreConversationsOrTexts() {
        Path chat = Path.of("a.jsonl");
        Path text = Path.of("a.txt");
        assertTrue(ConversationFiles.areAll(List.of(chat, chat)));
        assertFalse(ConversationFiles.areAll(List.of(text)));
        assertFalse(ConversationFiles.areAll(List.of()));
        assertThrows(QuipuException.class, () -> ConversationFiles.areAll(List.of(chat, text)));
    }

    /** The end of a turn is learned, the new line that the template writes behind it is not. */
    @Test
    void answersAndTheEndsOfTheirTurnsAreLearned() throws IOException {
        TaggedTokenizer tokenizer = new TaggedTokenizer("<s>", "</s>");
        Path file = write(
                "{\"messages\":[{\"role\":\"user\",\"content\":\"1+1\"},{\"role\":\"assistant\",\"content\":\"2\"},"
                        + "{\"role\":\"user\",\"content\":\"2+2\"},{\"role\":\"assistant\",\"content\":\"4!\"}]}",
                "{\"prompt\":\"Hello\",\"completion\":\"Hi.\"}");
        ChatTemplate template = ChatTemplate.named("zephyr", tokenizer);
        int end = tokenizer.endOfText().getAsInt();
        try (TokenFile tokens =
                new TokenCache(folder).tokens(ConversationFiles.of(List.of(file)), template, tokenizer)) {
            assertTrue(tokens.isSelective());
            assertEquals(2, tokens.documents());
            StringBuilder learned = new StringBuilder();
            int count = 0;
            for (int i = 0; i < tokens.length(); i++) {
                if (tokens.isLearned(i)) {
                    learned.append(tokens.get(i) == end ? "|" : tokenizer.decode(tokens.get(i)));
                    count++;
                }
            }
            assertEquals("2|4!|Hi.|", learned.toString());
            assertEquals(count, tokens.learned(0, (int) tokens.length()));
            assertEquals(1 + 2 + 3, tokens.textBytes(), "answers");
        }
    }

    /** A question that fills rows of its own is left out: there is nothing to learn in them. */
    @Test
    void rowsHaveTargetsWhereAnAnswerFollows() throws IOException {
        TaggedTokenizer tokenizer = new TaggedTokenizer("<s>", "</s>");
        Path file = write(
                "{\"prompt\":\"Hello\",\"completion\":\"Hi.\"}",
                "{\"prompt\":\"" + "x".repeat(40) + "\",\"completion\":\"yyyy\"}");
        try (Arena arena = Arena.ofConfined();
                TokenFile tokens = new TokenCache(folder)
                        .tokens(
                                ConversationFiles.of(List.of(file)),
                                ChatTemplate.named("mistral", tokenizer),
                                tokenizer)) {
            // <s>[INST] Hello [/INST]Hi.</s> and <s>[INST] xxx... [/INST]yyyy</s>, in pieces of 8
            PackedDocuments rows = PackedDocuments.of(tokens, tokens.all(), 8).orElseThrow();
            BatchBuffers into = new BatchBuffers(
                    Buffer.allocate(arena, DType.I32, 8),
                    Buffer.allocate(arena, DType.I32, 8),
                    Optional.of(Buffer.allocate(arena, DType.I32, 8)));
            StringBuilder learned = new StringBuilder();
            long targets = 0;
            for (long row = 0; row < rows.count(); row++) {
                rows.fill(row, into, 0);
                targets += rows.targets(row);
                for (int t = 0; t < 8; t++) {
                    int target = into.targets().getInt(t);
                    if (target >= 0) {
                        learned.append(target == tokenizer.endOfText().getAsInt() ? "|" : tokenizer.decode(target));
                    }
                }
            }
            assertEquals(4 + 5, targets);
            String sorted =
                    learned.chars().sorted().mapToObj(Character::toString).collect(Collectors.joining());
            assertEquals(".Hiyyyy||", sorted);
            assertTrue(rows.count() <= 4, "rows of questions alone are left out: " + rows.count());
        }
    }

    @Test
    void aTemplatesRefusalNamesTheLine() throws IOException {
        Path file = write("{\"messages\":[{\"role\":\"assistant\",\"content\":\"2\"}]}");
        ChatTemplate template = ChatTemplate.named("mistral", new ByteTokenizer());
        String message = assertThrows(
                        QuipuException.class,
                        () -> new TokenCache(folder)
                                .tokens(ConversationFiles.of(List.of(file)), template, new ByteTokenizer()))
                .getMessage();
        assertTrue(message.startsWith(file + ":1: the chat template refuses: "), message);
    }

    @Test
    void anotherTemplateIsTokenizedAnew() throws IOException {
        ConversationFiles files = ConversationFiles.of(List.of(write("{\"prompt\":\"Hello\",\"completion\":\"Hi.\"}")));
        ByteTokenizer tokenizer = new ByteTokenizer();
        TokenCache cache = new TokenCache(folder);
        try (TokenFile chatml = cache.tokens(files, ChatTemplate.named("chatml", tokenizer), tokenizer);
                TokenFile llama = cache.tokens(files, ChatTemplate.named("llama3", tokenizer), tokenizer)) {
            assertFalse(chatml.checksum() == llama.checksum());
        }
    }

    @Test
    void gradeSchoolMathematicsAreQuestionsAndAnswers() throws IOException {
        Path file = SharedData.of("data/eval/gsm8k/train.jsonl");
        assertEquals(7473, read(file).size());
    }
}
