package dev.quipu.runtime.cache;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Class files that javac made of generated sources, kept from one process to the next: a file for each source, named by its
 * {@link SourceKeys key}.
 *
 * <p>It only saves time. A file that is cut short or changed is noticed by its checksum and made anew; a folder that cannot be
 * read or written is as good as an empty one. Files are written beside their place and renamed, so that several processes may share
 * the folder. What was used longest ago goes first when there is too much.
 *
 * @param folder where the files are; made when the first one is
 * @param mostBytes of all files together
 */
public record ClassCache(Path folder, long mostBytes) {
    /** Environment variable and system property that turn the user's cache off. */
    public static final String VARIABLE = "QUIPU_KERNEL_CACHE";

    public static final String PROPERTY = "quipu.kernelCache";

    /** A model's kernels take a third of a megabyte. */
    public static final long MOST_BYTES = 64L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ClassCache.class);
    private static final String ENDING = ".classes";

    /** Deleting more than is needed keeps the next writer from having to. */
    private static final double KEPT = 0.75;

    /**
     * What is in the folder.
     *
     * @param bytes of all files together
     */
    public record Contents(int files, long bytes) {}

    private record Entry(Path path, long bytes, FileTime used) {}

    /**
     * The cache of the user: {@code $XDG_CACHE_HOME/quipu/kernels}, or {@code ~/.cache/quipu/kernels}; empty where
     * {@code -Dquipu.kernelCache=off} or the environment's {@code QUIPU_KERNEL_CACHE=off} turns it off.
     *
     * @throws QuipuException if one of these is neither on nor off
     */
    public static Optional<ClassCache> ofUser() {
        return isOn(System.getProperty(PROPERTY), System.getenv(VARIABLE))
                ? Optional.of(new ClassCache(UserCache.folder("kernels"), MOST_BYTES))
                : Optional.empty();
    }

    /** The property counts before the variable; neither is on. */
    static boolean isOn(String property, String variable) {
        String given = property != null ? property : variable;
        if (given == null || given.equals("on")) {
            return true;
        }
        if (!given.equals("off")) {
            throw QuipuException.of("on or off", given, property != null ? "-D" + PROPERTY : VARIABLE, "");
        }
        return false;
    }

    /** The class files of a source, by binary name; empty if they are not there or broken. */
    public Optional<Map<String, byte[]>> read(String key) {
        Path file = file(key);
        try {
            byte[] packed = Files.readAllBytes(file);
            Optional<Map<String, byte[]>> classes = PackedClasses.unpack(packed);
            if (classes.isPresent()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            } else {
                LOG.warn("compiling a kernel again: {} is broken", file);
            }
            return classes;
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.debug("{} cannot be used: {}", file, FileFailure.reason(e));
            return Optional.empty();
        }
    }

    /** Keeps the class files of sources, by key, if that is possible. */
    public void write(Map<String, Map<String, byte[]>> classes) {
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, Map<String, byte[]>> entry : classes.entrySet()) {
                write(file(entry.getKey()), PackedClasses.pack(entry.getValue()));
            }
            evict();
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("{} cannot be written: {}", folder, e.toString());
        }
    }

    private void write(Path file, byte[] packed) throws IOException {
        Path writing = Files.createTempFile(folder, "writing", ".tmp");
        try {
            Files.write(writing, packed);
            Files.move(writing, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(writing);
        }
    }

    /** How much there is. */
    public Contents contents() {
        try {
            List<Entry> entries = entries();
            return new Contents(entries.size(), bytes(entries));
        } catch (IOException | UncheckedIOException e) {
            return new Contents(0, 0);
        }
    }

    private void evict() throws IOException {
        List<Entry> entries = entries();
        long bytes = bytes(entries);
        if (bytes <= mostBytes) {
            return;
        }
        for (Entry entry :
                entries.stream().sorted(Comparator.comparing(Entry::used)).toList()) {
            if (bytes <= mostBytes * KEPT) {
                return;
            }
            Files.deleteIfExists(entry.path());
            bytes -= entry.bytes();
        }
    }

    private static long bytes(List<Entry> entries) {
        return entries.stream().mapToLong(Entry::bytes).sum();
    }

    /** All files, those that a killed process left half written among them; not what another process deletes meanwhile. */
    private List<Entry> entries() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.flatMap(ClassCache::entry).toList();
        }
    }

    private static Stream<Entry> entry(Path path) {
        try {
            return Stream.of(new Entry(path, Files.size(path), Files.getLastModifiedTime(path)));
        } catch (NoSuchFileException e) {
            return Stream.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String key) {
        return folder.resolve(key + ENDING);
    }
}
