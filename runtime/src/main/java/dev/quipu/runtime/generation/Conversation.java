package dev.quipu.runtime.generation;

import dev.quipu.runtime.chat.ChatMessage;
import dev.quipu.runtime.chat.ChatTemplate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** A conversation with a model. What was said stays in the cache: of each turn, only what is new is read. */
public final class Conversation {
    private final Generator generator;
    private final ChatTemplate template;
    private final List<ChatMessage> messages;

    /**
     * A conversation at its beginning.
     *
     * @param beginning what was said before, such as the system's message; may be empty
     */
    public Conversation(Generator generator, ChatTemplate template, List<ChatMessage> beginning) {
        this.generator = generator;
        this.template = template;
        this.messages = new ArrayList<>(beginning);
    }

    /** What was said so far. */
    public List<ChatMessage> messages() {
        return List.copyOf(messages);
    }

    /**
     * Says something and has it answered. The answer ends with the template's end of a turn.
     *
     * @param options its seed is that of the first turn; later turns count up from it
     * @param pieces is given the answer in pieces of whole characters, as it is made
     * @throws dev.quipu.dsl.QuipuException if the template refuses the turn or it does not fit into the context; the conversation is then as
     *     before
     */
    public Generation say(String text, GenerationOptions options, Consumer<String> pieces) {
        List<ChatMessage> turn = new ArrayList<>(messages);
        turn.add(ChatMessage.user(text));
        Set<Integer> ends = new HashSet<>(options.ends());
        template.endOfTurn().ifPresent(ends::add);
        List<String> stops = new ArrayList<>(options.stops());
        template.textBehindTurn().ifPresent(stops::add);
        long turns = messages.stream()
                .filter(message -> message.role().equals(ChatMessage.USER))
                .count();
        Generation answer = generator.continueText(
                template.ids(turn, true),
                options.endingAt(ends).stoppingAt(stops).withSeed(options.seed() + turns),
                pieces);
        turn.add(ChatMessage.assistant(answer.text()));
        messages.clear();
        messages.addAll(turn);
        return answer;
    }
}
