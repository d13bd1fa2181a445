package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Text files and folders. A file is one document. A folder is read with all folders in it: every file that is valid UTF-8
 * without zero bytes, whatever its name, is a document; other files are skipped, with a line in the log, and so are files and
 * folders whose names begin with a dot. Symbolic links inside folders are not followed.
 */
public final class TextFiles implements Corpus {
    private static final Logger LOG = LoggerFactory.getLogger(TextFiles.class);
    private static final int NAMED_WHEN_SKIPPED = 5;

    private final List<Entry> entries;
    private final String description;

    private TextFiles(List<Entry> entries, String description) {
        this.entries = List.copyOf(entries);
        this.description = description;
    }

    private record Entry(Path file, String name, boolean chosen, long size, long modified) {}

    /**
     * The documents of files and folders, in the order given, those of a folder by a hash of their names.
     *
     * @throws QuipuException if a path does not exist or a folder has no file
     */
    public static TextFiles of(Collection<Path> paths) {
        List<Entry> entries = new ArrayList<>();
        for (Path path : paths) {
            List<Entry> found = Files.isDirectory(path) ? folder(path) : List.of(file(path));
            if (found.isEmpty()) {
                throw QuipuException.of("text files", "none", path.toString(), "give a file or a folder with text");
            }
            entries.addAll(found);
        }
        String names = paths.stream().map(Path::toString).collect(Collectors.joining(", "));
        return new TextFiles(entries, entries.size() == 1 ? names : entries.size() + " files of " + names);
    }

    private static Entry file(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return entry(file, file.getFileName().toString(), true, attributes);
        } catch (NoSuchFileException e) {
            throw new QuipuException(file + ": expected a text file or a folder, found nothing; check the path", e);
        } catch (IOException e) {
            throw new QuipuException(file + ": expected a readable file, found " + FileFailure.reason(e), e);
        }
    }

    private static List<Entry> folder(Path root) {
        List<Entry> entries = new ArrayList<>();
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return isHidden(folder) && !folder.equals(root)
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile() && !isHidden(file)) {
                        String name = root.relativize(file).toString().replace(File.separatorChar, '/');
                        entries.add(entry(file, name, false, attributes));
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new QuipuException(root + ": expected a readable folder, found " + FileFailure.reason(e), e);
        }
        entries.sort(Comparator.comparing(Entry::name, DocumentOrder.BY_HASH));
        return entries;
    }

    private static Entry entry(Path file, String name, boolean chosen, BasicFileAttributes attributes) {
        return new Entry(
                file,
                name,
                chosen,
                attributes.size(),
                attributes.lastModifiedTime().toMillis());
    }

    private static boolean isHidden(Path path) {
        Path name = path.getFileName();
        return name != null && name.toString().startsWith(".");
    }

    @Override
    public String description() {
        return description;
    }

    /** The size of all files, those that are no text among them. */
    public long bytes() {
        return entries.stream().mapToLong(Entry::size).sum();
    }

    @Override
    public String fingerprint() {
        return entries.stream()
                .map(entry -> entry.file().toAbsolutePath() + " " + entry.size() + " " + entry.modified())
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void read(DocumentSink sink) throws IOException {
        List<Path> skipped = new ArrayList<>();
        for (Entry entry : entries) {
            if (TextPieces.isText(entry.file())) {
                TextPieces.read(Files.newInputStream(entry.file()), sink);
            } else if (entry.chosen()) {
                throw QuipuException.of(
                        "UTF-8 text", "other bytes", entry.file().toString(), "convert it to UTF-8");
            } else {
                skipped.add(entry.file());
            }
        }
        if (skipped.size() == entries.size()) {
            throw QuipuException.of("UTF-8 text", skipped.size() + " files of other bytes", description, "");
        }
        if (!skipped.isEmpty()) {
            LOG.warn("skipped {} files that are not UTF-8 text: {}", skipped.size(), named(skipped));
        }
    }

    private static String named(List<Path> skipped) {
        return skipped.stream().limit(NAMED_WHEN_SKIPPED).map(Path::toString).collect(Collectors.joining(", "))
                + (skipped.size() > NAMED_WHEN_SKIPPED ? ", ..." : "");
    }
}
