package dev.quipu.runtime.chat;

import dev.quipu.dsl.QuipuException;

/**
 * What somebody said.
 *
 * @param role usually {@value #SYSTEM}, {@value #USER} or {@value #ASSISTANT}; the template decides which it knows
 */
public record ChatMessage(String role, String content) {
    /** The role of what is said before the conversation. */
    public static final String SYSTEM = "system";

    /** The role of whoever asks. */
    public static final String USER = "user";

    /** The role of the model. */
    public static final String ASSISTANT = "assistant";

    public ChatMessage {
        if (role.isBlank()) {
            throw QuipuException.of("a role such as user or assistant", "none", "chat message", "");
        }
    }

    /** What the user says. */
    public static ChatMessage user(String content) {
        return new ChatMessage(USER, content);
    }

    /** What the model says. */
    public static ChatMessage assistant(String content) {
        return new ChatMessage(ASSISTANT, content);
    }

    /** What is said before the conversation. */
    public static ChatMessage system(String content) {
        return new ChatMessage(SYSTEM, content);
    }
}
