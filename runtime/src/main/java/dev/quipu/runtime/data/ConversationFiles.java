package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.chat.ChatMessage;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Conversations in JSONL files, one on each line: {@code {"messages": [{"role": "user", "content": ...}, ...]}}, or a prompt and
 * its answer under common names. Each conversation is a document.
 */
public final class ConversationFiles {
    private static final String SUFFIX = ".jsonl";

    private final List<Path> files;
    private final String fingerprint;

    private ConversationFiles(List<Path> files, String fingerprint) {
        this.files = files;
        this.fingerprint = fingerprint;
    }

    /**
     * Whether paths name conversations: files that end with {@code .jsonl}.
     *
     * @throws QuipuException if some do and others do not
     */
    public static boolean areAll(Collection<Path> paths) {
        List<Path> others =
                paths.stream().filter(path -> !path.toString().endsWith(SUFFIX)).toList();
        if (others.isEmpty() || others.size() == paths.size()) {
            return !paths.isEmpty() && others.isEmpty();
        }
        throw QuipuException.of(
                "conversations (*" + SUFFIX + ") or texts",
                "both, " + others.getFirst() + " among them",
                "data",
                "train on one after the other");
    }

    /**
     * The conversations of files, in the order given.
     *
     * @throws QuipuException if a file cannot be read
     */
    public static ConversationFiles of(Collection<Path> files) {
        return new ConversationFiles(
                List.copyOf(files),
                files.stream().map(ConversationFiles::fingerprint).collect(Collectors.joining("\n")));
    }

    private static String fingerprint(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw QuipuException.of("a file of conversations", "nothing", file.toString(), "check the path");
            }
            return file.toAbsolutePath() + " " + Files.size(file) + " "
                    + Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            throw new QuipuException(file + ": expected a readable file, found " + FileFailure.reason(e), e);
        }
    }

    /** What it is, in a few words, for messages. */
    public String description() {
        return files.stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    /** Text that changes whenever the conversations may have. */
    String fingerprint() {
        return fingerprint;
    }

    /** Takes the conversations one by one. */
    @FunctionalInterface
    interface Sink {
        /**
         * Takes the next conversation.
         *
         * @param where file and line, for messages
         */
        void conversation(String where, List<ChatMessage> messages) throws IOException;
    }

    /**
     * Reads all conversations.
     *
     * @throws QuipuException naming the line that is none, or if there is no line at all
     */
    void read(Sink sink) throws IOException {
        long[] count = new long[1];
        for (Path file : files) {
            JsonLines.read(file, (where, object) -> {
                sink.conversation(where, ConversationShape.read(where, object));
                count[0]++;
            });
        }
        if (count[0] == 0) {
            throw QuipuException.of("conversations, one on each line", "none", description(), "");
        }
    }
}
