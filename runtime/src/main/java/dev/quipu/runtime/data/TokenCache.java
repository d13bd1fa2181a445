package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.cache.UserCache;
import dev.quipu.runtime.chat.ChatTemplate;
import dev.quipu.runtime.files.FileFailure;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps texts as token files, so that each is tokenized once. A file's name is a hash of the corpus's fingerprint and the
 * tokenizer's name: a text that changed gets a new file. A damaged file is made anew.
 *
 * @param folder where the files are; made when the first one is
 */
public record TokenCache(Path folder) {
    private static final Logger LOG = LoggerFactory.getLogger(TokenCache.class);
    private static final int NAME_DIGITS = 24;

    /** The cache of the user: {@code $XDG_CACHE_HOME/quipu/tokens}, or {@code ~/.cache/quipu/tokens}. */
    public static TokenCache ofUser() {
        return new TokenCache(UserCache.folder("tokens"));
    }

    /**
     * The tokens of a corpus, read from the cache or made now.
     *
     * @throws QuipuException if the corpus cannot be read, or the cache's folder cannot be written
     */
    public TokenFile tokens(Corpus corpus, Tokenizer tokenizer) {
        String key = tokenizer.name() + (tokenizer.beginsPrompts() ? "\nbegun\n" : "\n") + corpus.fingerprint();
        return tokens(corpus.description(), key, file -> TokenFileWriter.write(file, tokenizer, false, corpus::read));
    }

    /**
     * The tokens of conversations, of which those of the assistant are to be learned, read from the cache or made now.
     *
     * @throws QuipuException naming the line that is no conversation, or that the template refuses
     */
    public TokenFile tokens(ConversationFiles conversations, ChatTemplate template, Tokenizer tokenizer) {
        String key = String.join("\n", tokenizer.name(), conversations.fingerprint(), template.source());
        return tokens(
                conversations.description(),
                key,
                file -> TokenFileWriter.write(
                        file,
                        tokenizer,
                        true,
                        writer ->
                                conversations.read(new ConversationTokens(template, tokenizer, writer)::conversation)));
    }

    /** Makes a token file. */
    @FunctionalInterface
    private interface Maker {
        void write(Path file) throws IOException;
    }

    private TokenFile tokens(String description, String key, Maker maker) {
        Path file = folder.resolve(name(key));
        if (Files.exists(file)) {
            try {
                return TokenFile.open(file);
            } catch (QuipuException e) {
                LOG.warn("tokenizing {} again: {}", description, e.getMessage());
            }
        }
        try {
            Files.createDirectories(folder);
            maker.write(file);
        } catch (IOException e) {
            throw new QuipuException(
                    "tokens of " + description + ": expected to read the text and to write " + file
                            + ", found "
                            + FileFailure.reason(e) + "; free space there, or let XDG_CACHE_HOME name another folder",
                    e);
        }
        return TokenFile.open(file);
    }

    private static String name(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, NAME_DIGITS) + ".tokens";
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
