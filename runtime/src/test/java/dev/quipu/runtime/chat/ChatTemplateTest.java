package dev.quipu.runtime.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ChatTemplateTest {
    private static final JsonNode FILE = ChatFiles.json("conversations.json");
    private static final ZonedDateTime NOW = ZonedDateTime.of(2026, 3, 4, 5, 6, 7, 0, ZoneOffset.UTC);
    private static final String GENERATION = " +generation";
    private static final TaggedTokenizer TOKENIZER = new TaggedTokenizer("<s>", "</s>", "<|im_end|>");

    static Stream<Arguments> families() {
        return FILE.get("rendered")
                .propertyStream()
                .flatMap(family -> family.getValue()
                        .propertyStream()
                        .map(row -> Arguments.of(
                                family.getKey(), row.getKey(), row.getValue().asString())));
    }

    /** What Jinja makes of the families' own templates. */
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("families")
    void namedTemplatesWriteWhatTheirFamiliesWrite(String family, String conversation, String expected) {
        check(ChatTemplate.named(family, TOKENIZER), conversation, expected);
    }

    private static void check(ChatTemplate template, String conversation, String expected) {
        boolean generation = conversation.endsWith(GENERATION);
        List<ChatMessage> messages = messages(conversation.replace(GENERATION, ""));
        if (expected.startsWith("ERROR")) {
            String message = assertThrows(QuipuException.class, () -> template.render(messages, generation))
                    .getMessage();
            assertTrue(message.startsWith("the chat template refuses: "), message);
        } else {
            assertEquals(expected, template.render(messages, generation));
        }
    }

    private static List<ChatMessage> messages(String conversation) {
        return FILE.get("conversations")
                .get(conversation)
                .valueStream()
                .map(message -> new ChatMessage(
                        message.get("role").asString(), message.get("content").asString()))
                .toList();
    }

    /** What the assistant says, as text; the tokens of a byte tokenizer are characters. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = ';',
            value = {
                "chatml; answered; Hello!<|im_end|>\\n",
                "chatml; two turns; ' Four.\\n<|im_end|>\\n'",
                "chatml; long; <think>\\nhm\\n</think>\\n\\nb<|im_end|>\\nd<|im_end|>\\n",
                "llama2; answered; ' Hello! </s>'",
                "llama3; answered; Hello!<|eot_id|>",
                "mistral; answered; Hello!</s>",
                "zephyr; answered; Hello!</s>\\n",
                "chatml; one; ''"
            })
    void onlyTheAssistantIsLearned(String family, String conversation, String expected) {
        ChatTemplate template = ChatTemplate.named(family, TOKENIZER);
        ChatTokens tokens = template.tokens(messages(conversation));

        assertEquals(expected, TOKENIZER.shown(learned(tokens)).replace("\n", "\\n"));
        int[] whole = tokens.ids().stream().mapToInt(Integer::intValue).toArray();
        assertEquals(template.render(messages(conversation), false), TOKENIZER.shown(whole));
    }

    private static int[] learned(ChatTokens tokens) {
        return tokens.learned().stream().map(tokens.ids()::get).toArray();
    }

    /** Some families write earlier answers otherwise than the last one. */
    @Test
    void aTemplateThatRewritesItsBeginningIsRefused() {
        String source = "{% for m in messages %}{{ m.role }}: {{ m.content if loop.last else m.content | upper }}"
                + "\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";
        ChatTemplate template = ChatTemplate.of(TOKENIZER, source, () -> NOW);
        List<ChatMessage> messages = List.of(
                ChatMessage.user("a"), ChatMessage.assistant("b"), ChatMessage.user("c"), ChatMessage.assistant("d"));

        QuipuException mistake = assertThrows(QuipuException.class, () -> template.tokens(messages));
        assertTrue(mistake.getMessage().contains("another text at message 2"), mistake.getMessage());
    }

    /** A token over the border of question and answer is the answer's. */
    @Test
    void aTokenOverTheBorderIsLearned() {
        TaggedTokenizer tokenizer = new TaggedTokenizer("\n\n", "<|im_end|>");
        ChatTemplate template = ChatTemplate.named("chatml", tokenizer);
        ChatTokens tokens = template.tokens(List.of(ChatMessage.user("a"), ChatMessage.assistant("\nb")));

        assertEquals("\n\nb<|im_end|>\n", tokenizer.shown(learned(tokens)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"chatlm", "gpt-4"})
    void otherNamesAreRefused(String name) {
        assertThrows(QuipuException.class, () -> ChatTemplate.named(name, TOKENIZER));
    }

    @Test
    void aModelWithoutTemplateIsToldToChooseOne() {
        QuipuException mistake = assertThrows(QuipuException.class, () -> ChatTemplate.of(new ByteTokenizer()));

        assertEquals(
                "tokenizer bytes: expected a model with a chat template, found none; choose one: --chat-template"
                        + " chatml|llama2|llama3|mistral|zephyr",
                mistake.getMessage());
    }

    /** Names that a tokenizer does not read back are no part of a text. */
    @Test
    void namesOfSpecialTokensStandOnlyWhereTheyAreRead() {
        ChatTemplate template = ChatTemplate.of(new ByteTokenizer(), "{{ bos_token }}|{{ eos_token }}", () -> NOW);

        assertEquals("|", template.render(List.of(), false));
    }

    @Test
    void learnedPlacesCannotBeChanged() {
        BitSet learned = new BitSet();
        learned.set(0);
        ChatTokens tokens = new ChatTokens(new ArrayList<>(List.of(1, 2)), learned);
        tokens.learned().clear();
        learned.clear();

        assertEquals(1, tokens.learned().cardinality());
    }
}
