package dev.quipu.runtime.cache;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Names for generated sources by all that javac's answer depends on: the text, the texts of generated classes that it may use, javac's
 * version and options, and the class files of Quipu that any of the texts names. An equal key means an equal class file.
 */
public final class SourceKeys {
    /** Changes when the files' layout does. */
    private static final String FORMAT = "1";

    private static final int DIGITS = 40;
    private static final Pattern QUIPU_CLASS = Pattern.compile("\\bdev\\.quipu\\.[a-z0-9.]+\\.[A-Z]\\w*");

    private final ClassLoader loader;
    private final String environment;
    private final Map<String, byte[]> classHashes = new ConcurrentHashMap<>();

    /**
     * @param options of javac
     * @param loader finds the classes of Quipu that sources name
     */
    public SourceKeys(List<String> options, ClassLoader loader) {
        this(options, loader, Runtime.version() + " " + System.getProperty("java.vendor"));
    }

    SourceKeys(List<String> options, ClassLoader loader, String jdk) {
        this.loader = loader;
        this.environment = String.join("\n", FORMAT, jdk, String.join(" ", options));
    }

    /**
     * The key of a source.
     *
     * @param helpers the {@link #ofAll key} of the generated classes that it may use
     */
    public String of(String text, String helpers) {
        MessageDigest digest = digest();
        add(digest, environment);
        add(digest, helpers);
        add(digest, text);
        return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    }

    /**
     * One key for several sources.
     *
     * @param texts always in the same order
     */
    public String ofAll(Collection<String> texts) {
        MessageDigest digest = digest();
        texts.forEach(text -> add(digest, text));
        return HexFormat.of().formatHex(digest.digest());
    }

    private void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length)); // so that texts do not run together
        digest.update(bytes);
        QUIPU_CLASS
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .distinct()
                .forEach(name -> digest.update(classHashes.computeIfAbsent(name, this::classHash)));
    }

    /** A class that is generated has no file; its text counts. */
    private byte[] classHash(String name) {
        try (InputStream file = loader.getResourceAsStream(name.replace('.', '/') + ".class")) {
            return digest().digest(file == null ? new byte[0] : file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
