package dev.quipu.runtime.cli;

import dev.quipu.runtime.chat.ChatMessage;
import dev.quipu.runtime.chat.ChatTemplate;
import dev.quipu.runtime.generation.Conversation;
import dev.quipu.runtime.generation.Generation;
import dev.quipu.runtime.generation.GenerationOptions;
import dev.quipu.runtime.generation.Generator;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.util.List;

/** A conversation over lines of text: each line is the user's, and is answered. */
final class ChatSession {
    private static final String PROMPT = "> ";

    private final Conversation conversation;
    private final GenerationOptions options;
    private final PrintWriter out;
    private final PrintWriter err;

    ChatSession(
            Generator generator,
            ChatTemplate template,
            List<ChatMessage> beginning,
            GenerationOptions options,
            PrintWriter out,
            PrintWriter err) {
        this.conversation = new Conversation(generator, template, beginning);
        this.options = options;
        this.out = out;
        this.err = err;
    }

    /** Answers until the lines end. Blank lines say nothing. */
    void run(BufferedReader lines) {
        prompt();
        lines.lines().forEach(line -> {
            if (!line.isBlank()) {
                answer(line, false);
            }
            prompt();
        });
        err.println();
    }

    private void prompt() {
        err.print(PROMPT);
        err.flush();
    }

    /** Answers once, as text that comes as it is made, or as JSON. */
    void answer(String text, boolean json) {
        Generation answer = conversation.say(
                text,
                options,
                json
                        ? piece -> {}
                        : piece -> {
                            out.print(piece);
                            out.flush();
                        });
        if (json) {
            out.println(GenerationJson.of(text, answer, options.seed()));
        } else {
            out.println();
        }
        out.flush();
        err.println(Speed.of(answer) + ", " + answer.end().words());
    }
}
