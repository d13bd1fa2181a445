package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.chat.ChatMessage;
import dev.quipu.runtime.chat.ChatTemplate;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.util.List;
import picocli.CommandLine.Option;

/** Whether and how to chat. */
final class ChatArguments {
    @Option(
            names = "--chat",
            description = "Answers through the model's chat template: one --prompt, or the lines of standard input.")
    private boolean chat;

    @Option(names = "--system", paramLabel = "TEXT", description = "What is said before the conversation.")
    private String system;

    @Option(
            names = "--chat-template",
            paramLabel = "NAME",
            description = "chatml, llama2, llama3, mistral or zephyr; default: the model's own.")
    private String template;

    /** Refuses options that mean nothing together. */
    ChatArguments check(SampleCommand.PromptArguments prompts, boolean json) {
        if (!chat && (system != null || template != null)) {
            throw QuipuException.of(
                    "--chat", "none", system != null ? "--system" : "--chat-template", "it belongs to a chat");
        }
        if (chat && prompts.isFile()) {
            throw QuipuException.of("--chat or --prompts", "both", "sample", "");
        }
        if (chat && json && !prompts.isGiven()) {
            throw QuipuException.of("--prompt", "none", "--json", "a chat over standard input prints text");
        }
        return this;
    }

    boolean isAsked() {
        return chat;
    }

    ChatTemplate template(Tokenizer tokenizer) {
        return template == null ? ChatTemplate.of(tokenizer) : ChatTemplate.named(template, tokenizer);
    }

    List<ChatMessage> beginning() {
        return system == null ? List.of() : List.of(ChatMessage.system(system));
    }
}
