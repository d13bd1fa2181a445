package dev.quipu.runtime.chat;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.chat.jinja.JinjaTemplate;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * How a model's conversations are written, as {@code transformers} does with {@code apply_chat_template}: the template makes a text
 * with the names of special tokens in it, and nothing is added to that.
 */
public final class ChatTemplate {
    private final Tokenizer tokenizer;
    private final String source;
    private final JinjaTemplate template;
    private final Supplier<ZonedDateTime> now;

    private ChatTemplate(Tokenizer tokenizer, String source, Supplier<ZonedDateTime> now) {
        this.tokenizer = tokenizer;
        this.source = source;
        this.template = JinjaTemplate.parse(source);
        this.now = now;
    }

    /**
     * The template that came with a tokenizer.
     *
     * @throws QuipuException if there is none, or it uses what is not supported
     */
    public static ChatTemplate of(Tokenizer tokenizer) {
        String source = tokenizer
                .chatTemplate()
                .orElseThrow(() -> QuipuException.of(
                        "a model with a chat template",
                        "none",
                        "tokenizer " + tokenizer.name(),
                        "choose one: --chat-template " + String.join("|", NamedTemplates.names())));
        return new ChatTemplate(tokenizer, source, ZonedDateTime::now);
    }

    /**
     * A template by the name of its family: {@code chatml}, {@code llama2}, {@code llama3}, {@code mistral}, {@code zephyr}.
     *
     * @throws QuipuException for another name
     */
    public static ChatTemplate named(String name, Tokenizer tokenizer) {
        return new ChatTemplate(tokenizer, NamedTemplates.source(name), ZonedDateTime::now);
    }

    /**
     * A template in Jinja.
     *
     * @param now the time for templates that print it
     * @throws QuipuException if it uses what is not supported
     */
    public static ChatTemplate of(Tokenizer tokenizer, String source, Supplier<ZonedDateTime> now) {
        return new ChatTemplate(tokenizer, source, now);
    }

    /** The template as it was written, in Jinja. */
    public String source() {
        return source;
    }

    /**
     * The text of a conversation.
     *
     * @param generationPrompt whether the beginning of an assistant's answer stands at the end
     * @throws QuipuException if the template refuses the conversation
     */
    public String render(List<ChatMessage> messages, boolean generationPrompt) {
        List<Map<String, Object>> values = new ArrayList<>();
        for (ChatMessage message : messages) {
            Map<String, Object> value = new LinkedHashMap<>();
            value.put("role", message.role());
            value.put("content", message.content());
            values.add(value);
        }
        return template.render(
                Map.of(
                        "messages",
                        values,
                        "add_generation_prompt",
                        generationPrompt,
                        "bos_token",
                        name(tokenizer.beginOfText()),
                        "eos_token",
                        name(tokenizer.endOfText())),
                now);
    }

    /** A special token's name where it can stand in a text, otherwise nothing. */
    private String name(OptionalInt token) {
        if (token.isEmpty()) {
            return "";
        }
        return special(token.getAsInt()).isPresent() ? tokenizer.piece(token.getAsInt()) : "";
    }

    /** The special token with which the template ends what the assistant says, if it is one. */
    public OptionalInt endOfTurn() {
        int[] behind = tokenizer.encodeWithSpecials(behindTurn());
        return behind.length == 0 ? OptionalInt.empty() : special(behind[0]);
    }

    /** The text with which the template ends what the assistant says, where that is no special token. */
    public Optional<String> textBehindTurn() {
        String behind = behindTurn();
        return behind.isEmpty() || endOfTurn().isPresent() ? Optional.empty() : Optional.of(behind);
    }

    private String behindTurn() {
        String answer = "answer";
        String text = render(List.of(ChatMessage.user("question"), ChatMessage.assistant(answer)), false);
        return text.substring(text.lastIndexOf(answer) + answer.length()).strip();
    }

    private OptionalInt special(int token) {
        OptionalInt found = tokenizer.special(tokenizer.piece(token));
        return found.equals(OptionalInt.of(token)) ? found : OptionalInt.empty();
    }

    /** The ids of a conversation's text; see {@link #render}. */
    public int[] ids(List<ChatMessage> messages, boolean generationPrompt) {
        return tokenizer.encodeWithSpecials(render(messages, generationPrompt));
    }

    /**
     * A whole conversation for training: its ids, and which of them are the assistant's. These are found by writing the
     * conversation up to each of its answers, without and with it; both must be how the whole conversation begins.
     *
     * @throws QuipuException if the template refuses the conversation or writes its beginning in another way than the whole
     */
    public ChatTokens tokens(List<ChatMessage> messages) {
        String whole = render(messages, false);
        int[] ids = tokenizer.encodeWithSpecials(whole);
        BitSet learned = new BitSet();
        for (int i = 0; i < messages.size(); i++) {
            if (messages.get(i).role().equals(ChatMessage.ASSISTANT)) {
                String before = beginning(whole, render(messages.subList(0, i), true), i);
                String behind = beginning(whole, render(messages.subList(0, i + 1), false), i);
                learned.set(common(before, ids), common(behind, ids));
            }
        }
        return new ChatTokens(Arrays.stream(ids).boxed().toList(), learned);
    }

    private static String beginning(String whole, String part, int message) {
        if (!whole.startsWith(part)) {
            throw QuipuException.of(
                    "a chat template that writes the beginning of a conversation as it writes the whole",
                    "another text at message " + (message + 1),
                    "chat template",
                    "train on conversations that end there");
        }
        return part;
    }

    /** How many ids of a beginning are also the whole's; the last may have grown together with what follows. */
    private int common(String beginning, int[] ids) {
        int[] own = tokenizer.encodeWithSpecials(beginning);
        int difference = Arrays.mismatch(own, ids);
        return difference < 0 ? own.length : difference;
    }
}
