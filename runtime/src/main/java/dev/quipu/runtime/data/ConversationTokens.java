package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.chat.ChatMessage;
import dev.quipu.runtime.chat.ChatTemplate;
import dev.quipu.runtime.chat.ChatTokens;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;

/** Writes conversations into a token file: all of what is said, and of that the assistant's to be learned. */
record ConversationTokens(ChatTemplate template, Tokenizer tokenizer, TokenFileWriter writer) {
    /** @param where file and line, for messages */
    void conversation(String where, List<ChatMessage> messages) throws IOException {
        ChatTokens tokens;
        try {
            tokens = template.tokens(messages);
        } catch (QuipuException e) {
            throw new QuipuException(where + ": " + e.getMessage(), e);
        }
        int[] ids = tokens.ids().stream().mapToInt(Integer::intValue).toArray();
        writer.document(ids, upToEnds(ids, tokens.learned()), bytes(messages));
    }

    /** A turn ends with the token that ends it: what a template writes behind that, such as a new line, nobody says. */
    private BitSet upToEnds(int[] ids, BitSet learned) {
        int begin = learned.nextSetBit(0);
        while (begin >= 0) {
            int end = learned.nextClearBit(begin);
            for (int last = end - 1; last >= begin; last--) {
                if (tokenizer.endsOfText().contains(ids[last])) {
                    learned.clear(last + 1, end);
                    break;
                }
            }
            begin = learned.nextSetBit(end);
        }
        return learned;
    }

    private static long bytes(List<ChatMessage> messages) {
        return messages.stream()
                .filter(message -> message.role().equals(ChatMessage.ASSISTANT))
                .mapToLong(message -> message.content().getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }
}
