package dev.quipu.runtime.onednn;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.cache.UserCache;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The library's files: those that {@code -Dquipu.onednn} names, or those of the class path, which are unpacked once into the
 * user's cache.
 *
 * @param library oneDNN
 * @param threads the threads' library that it was built with, where that lies beside it
 */
record LibraryFiles(Path library, Optional<Path> threads) {
    /** The system property that names another library. */
    static final String PROPERTY = "quipu.onednn";

    /** Where org.bytedeco:dnnl has it for Linux on x86-64, the only system whose file names are known here. */
    private static final String FOLDER = "org/bytedeco/dnnl/linux-x86_64/";

    private static final String CACHE = "onednn";
    private static final String LIBRARY = "libdnnl.so.3";
    private static final String THREADS = "libgomp.so.1";

    /**
     * The files; none where nobody named any and the class path has none for this system.
     *
     * @throws QuipuException if the property names no file
     */
    static Optional<LibraryFiles> find() {
        String named = System.getProperty(PROPERTY, "");
        if (!named.isEmpty()) {
            Path library = Path.of(named).toAbsolutePath();
            if (!Files.isRegularFile(library)) {
                throw QuipuException.of("the file of oneDNN's library", named, "-D" + PROPERTY, "there is no such file");
            }
            return Optional.of(new LibraryFiles(library, Optional.of(library.resolveSibling(THREADS)).filter(Files::exists)));
        }
        ClassLoader classes = LibraryFiles.class.getClassLoader();
        URL library = classes.getResource(FOLDER + LIBRARY);
        URL threads = classes.getResource(FOLDER + THREADS);
        if (!isThisSystem() || library == null || threads == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new LibraryFiles(unpacked(library, LIBRARY), Optional.of(unpacked(threads, THREADS))));
        } catch (IOException e) {
            throw QuipuException.of(
                    "to unpack oneDNN",
                    FileFailure.reason(e),
                    UserCache.folder(CACHE).toString(),
                    "free space there, or let XDG_CACHE_HOME name another folder");
        }
    }

    private static boolean isThisSystem() {
        String architecture = System.getProperty("os.arch");
        return System.getProperty("os.name").equals("Linux")
                && (architecture.equals("amd64") || architecture.equals("x86_64"));
    }

    /** A file with the contents of a resource. Another content has another folder. */
    private static Path unpacked(URL resource, String name) throws IOException {
        URLConnection connection = resource.openConnection();
        if (!(connection instanceof JarURLConnection jar)) {
            return Path.of(URI.create(resource.toString()));
        }
        String content = Long.toHexString(jar.getJarEntry().getCrc());
        Path file = UserCache.folder(CACHE).resolve(content).resolve(name);
        if (!Files.exists(file) || Files.size(file) != jar.getJarEntry().getSize()) {
            Files.createDirectories(file.getParent());
            Path part = Files.createTempFile(file.getParent(), name, ".part");
            try (InputStream bytes = jar.getInputStream()) {
                Files.copy(bytes, part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        }
        return file;
    }
}
