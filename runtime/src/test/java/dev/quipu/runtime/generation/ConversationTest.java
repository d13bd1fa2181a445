package dev.quipu.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.chat.ChatMessage;
import dev.quipu.runtime.chat.ChatTemplate;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.sampling.SamplingOptions;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConversationTest {
    private static final String TEMPLATE = "{% for m in messages %}{% if m.role == 'user' %}?{{ m.content }}!"
            + "{% elif m.role == 'system' %}[{{ m.content }}]{% else %}{{ m.content }};{% endif %}{% endfor %}";

    private final Model model = ModelSource.of("llama-tiny").model();
    private final ByteTokenizer tokenizer = new ByteTokenizer();
    private final State state = new State();
    private final Device device = new JvmDevice();
    private Generator generator;

    @BeforeEach
    void open() {
        state.initialise(Trace.parameters(model), 2);
        generator = new Generator(model, tokenizer, state, device);
    }

    @AfterEach
    void close() {
        generator.close();
        state.close();
        device.close();
    }

    private Conversation conversation(ChatMessage... beginning) {
        ChatTemplate template = ChatTemplate.of(tokenizer, TEMPLATE, ZonedDateTime::now);
        return new Conversation(generator, template, List.of(beginning));
    }

    private static GenerationOptions options(int tokens) {
        return new GenerationOptions(SamplingOptions.temperature(1), tokens, 5);
    }

    /** Makes other tokens than letters unlikely, so that answers encode to the tokens that they were. */
    private void onlyLetters() {
        Buffer output = state.get("output.weight");
        long width = output.length() / model.vocabularySize();
        for (long id = 0; id < model.vocabularySize(); id++) {
            for (long i = 0; i < width && (id < 'a' || id > 'z'); i++) {
                output.setFloat(id * width + i, 0);
            }
            for (long i = 0; i < width && id >= 'a' && id <= 'z'; i++) {
                output.setFloat(id * width + i, 30 * output.getFloat(id * width + i));
            }
        }
    }

    @Test
    void whatWasSaidIsNotReadAgain() {
        onlyLetters();
        GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), 4, 5);
        Conversation conversation = conversation(ChatMessage.system("be"));
        Generation first = conversation.say("hello", options, piece -> {});
        Generation second = conversation.say("again", options, piece -> {});

        assertEquals("[be]?hello!", tokenizer.decode(ints(first.prompt())));
        assertEquals("[be]?hello!".length(), first.read());
        assertEquals(4, first.text().length(), first.text());
        assertEquals("[be]?hello!" + first.text() + ";?again!", tokenizer.decode(ints(second.prompt())));
        // the last token of the answer was chosen, but not read
        assertEquals(1 + ";?again!".length(), second.read());
        assertEquals(
                List.of(
                        ChatMessage.system("be"),
                        ChatMessage.user("hello"),
                        ChatMessage.assistant(first.text()),
                        ChatMessage.user("again"),
                        ChatMessage.assistant(second.text())),
                conversation.messages());
    }

    /** What the cache holds makes no difference: a generator that reads all of it anew says the same. */
    @Test
    void theCacheHoldsWhatWasSaid() {
        onlyLetters();
        GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), 9, 5);
        Conversation conversation = conversation();
        conversation.say("one", options, piece -> {});
        conversation.say("two", options, piece -> {});
        Generation third = conversation.say("three", options, piece -> {});
        Generation anew = generator.generate(
                tokenizer.decode(ints(third.prompt())), options.stoppingAt(List.of(";")), piece -> {});

        assertEquals(anew.tokens(), third.tokens());
        assertTrue(third.read() < anew.read());
    }

    private static int[] ints(List<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @Test
    void aTurnThatDoesNotFitChangesNothing() {
        Conversation conversation = conversation();
        conversation.say("a", options(3), piece -> {});
        List<ChatMessage> before = conversation.messages();

        assertThrows(QuipuException.class, () -> conversation.say("b".repeat(200), options(3), piece -> {}));
        assertEquals(before, conversation.messages());
        conversation.say("c", options(3), piece -> {});
        assertEquals(4, conversation.messages().size());
    }
}
