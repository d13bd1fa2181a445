package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.chat.ChatMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The JSON objects in which conversations come. Beside their own keys, {@value #SYSTEM} may give what is said before. */
enum ConversationShape {
    /** Roles and contents, as chat services take them. */
    MESSAGES("messages"),
    PROMPT_COMPLETION("prompt", "completion"),
    PROMPT_RESPONSE("prompt", "response"),
    QUESTION_ANSWER("question", "answer"),
    /** Alpaca's; {@code input} goes with the instruction. */
    INSTRUCTION_OUTPUT("instruction", "output"),
    /** Dolly's; {@code context} goes with the instruction. */
    INSTRUCTION_RESPONSE("instruction", "response");

    private static final String SYSTEM = "system";
    private static final String ROLE = "role";
    private static final String CONTENT = "content";

    /** What belongs to an instruction, where there is something. */
    private static final Set<String> CONTEXT = Set.of("input", "context");

    private final List<String> keys;

    ConversationShape(String... keys) {
        this.keys = List.of(keys);
    }

    private static String all() {
        return Arrays.stream(values())
                .map(shape -> String.join(" and ", shape.keys))
                .collect(Collectors.joining(", or "));
    }

    /**
     * The conversation of an object.
     *
     * @param where file and line, for messages
     * @throws QuipuException if it has no known shape, or more than one, or nothing that an assistant says
     */
    static List<ChatMessage> read(String where, JsonNode object) {
        List<ConversationShape> fitting = Stream.of(values())
                .filter(shape -> shape.keys.stream().allMatch(object::has))
                .toList();
        if (fitting.size() != 1) {
            throw QuipuException.of(
                    fitting.isEmpty() ? "a conversation: " + all() : "a conversation of one kind",
                    "the keys " + String.join(", ", object.propertyNames()),
                    where,
                    "");
        }
        List<ChatMessage> messages = fitting.getFirst().messages(where, object);
        if (messages.stream().noneMatch(message -> message.role().equals(ChatMessage.ASSISTANT))) {
            throw QuipuException.of(
                    "something that the assistant says",
                    "only "
                            + messages.stream()
                                    .map(ChatMessage::role)
                                    .distinct()
                                    .toList(),
                    where,
                    "there is nothing to learn in it");
        }
        return messages;
    }

    private List<ChatMessage> messages(String where, JsonNode object) {
        requirePlainRest(where, object);
        List<ChatMessage> messages = new ArrayList<>();
        optional(where, object, SYSTEM).map(ChatMessage::system).ifPresent(messages::add);
        if (this == MESSAGES) {
            JsonNode list = object.get(keys.getFirst());
            if (!list.isArray()) {
                throw QuipuException.of("a list of messages", kind(list), where, "");
            }
            for (int i = 0; i < list.size(); i++) {
                messages.add(message(where, i + 1, list.get(i)));
            }
            return messages;
        }
        String asked = text(where, object, keys.getFirst());
        String context = CONTEXT.stream()
                .flatMap(key -> optional(where, object, key).stream())
                .findFirst()
                .orElse("");
        messages.add(ChatMessage.user(context.isBlank() ? asked : asked + "\n\n" + context));
        messages.add(ChatMessage.assistant(text(where, object, keys.getLast())));
        return messages;
    }

    /** Names, numbers and labels change nothing; lists and objects may be tools or earlier turns. */
    private void requirePlainRest(String where, JsonNode object) {
        object.forEachEntry((key, value) -> {
            if (!keys.contains(key) && value.isContainer() && !value.isEmpty()) {
                throw QuipuException.of(
                        "beside the conversation only texts and numbers",
                        "'" + key + "', " + kind(value),
                        where,
                        "its meaning would be lost: leave it out or write it into the conversation");
            }
        });
    }

    /** A key such as tool_calls or weight would change what is to be learned. */
    private static ChatMessage message(String where, int number, JsonNode message) {
        if (!message.isObject()) {
            throw QuipuException.of(
                    "a message with role and content", kind(message), where + ", message " + number, "");
        }
        message.forEachEntry((key, value) -> {
            if (!key.equals(ROLE) && !key.equals(CONTENT) && !value.isNull()) {
                throw QuipuException.of(
                        "a message of role and content",
                        "also '" + key + "'",
                        where + ", message " + number,
                        "its meaning would be lost");
            }
        });
        String at = where + ", message " + number;
        String role = text(at, message, ROLE);
        if (role.isBlank()) {
            throw QuipuException.of("a role such as user or assistant", "none", at, "");
        }
        return new ChatMessage(role, text(at, message, CONTENT));
    }

    private static Optional<String> optional(String where, JsonNode object, String key) {
        boolean missing = !object.has(key) || object.get(key).isNull();
        return missing
                ? Optional.empty()
                : Optional.of(text(where, object, key)).filter(text -> !text.isBlank());
    }

    private static String text(String where, JsonNode object, String key) {
        JsonNode value = object.get(key);
        if (value == null || !value.isString()) {
            throw QuipuException.of("text as '" + key + "'", value == null ? "nothing" : kind(value), where, "");
        }
        return value.asString();
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT, POJO -> "an object";
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "a truth value";
            case NULL, MISSING -> "nothing";
            case BINARY -> "bytes";
        };
    }
}
