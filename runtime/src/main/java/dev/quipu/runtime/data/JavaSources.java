package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The text that Quipu trains on when it is given none, because every full JDK carries it: the Java sources of the packages
 * {@code java.*} in the module {@code java.base}, about 29 MB in {@code lib/src.zip}. A file is one document; documents come by a
 * hash of their names.
 */
public final class JavaSources implements Corpus {
    private static final String PREFIX = "java.base/java/";
    private static final String SUFFIX = ".java";

    private final Path archive;

    private JavaSources(Path archive) {
        this.archive = archive;
    }

    /** The sources that a JDK carries, if it does: some packages of JDKs leave them out. */
    public static Optional<JavaSources> of(Path javaHome) {
        Path archive = javaHome.resolve("lib").resolve("src.zip");
        return Files.isReadable(archive) ? Optional.of(new JavaSources(archive)) : Optional.empty();
    }

    @Override
    public String description() {
        return "the Java sources " + PREFIX + "** of " + archive;
    }

    @Override
    public String fingerprint() {
        try {
            return String.join(
                    " ",
                    archive.toAbsolutePath().toString(),
                    PREFIX,
                    String.valueOf(Files.size(archive)),
                    String.valueOf(Files.getLastModifiedTime(archive).toMillis()));
        } catch (IOException e) {
            throw new QuipuException(archive + ": expected a readable file, found " + FileFailure.reason(e), e);
        }
    }

    @Override
    public void read(DocumentSink sink) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            List<String> names = zip.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.startsWith(PREFIX) && name.endsWith(SUFFIX))
                    .sorted(DocumentOrder.BY_HASH)
                    .toList();
            if (names.isEmpty()) {
                throw QuipuException.of("Java sources under " + PREFIX, "none", archive.toString(), "give --data PATH");
            }
            for (String name : names) {
                TextPieces.read(zip.getInputStream(zip.getEntry(name)), sink);
            }
        }
    }
}
