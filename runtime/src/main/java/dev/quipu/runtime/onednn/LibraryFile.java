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
 * The library's file: what {@code -Dquipu.onednn} names, or the class path's, unpacked once into the user's cache with the
 * threads' library beside it, where it looks for that.
 */
final class LibraryFile {
    /** The system property that names another library. */
    static final String PROPERTY = "quipu.onednn";

    /** Where org.bytedeco:dnnl has them for Linux on x86-64. */
    private static final String FOLDER = "org/bytedeco/dnnl/linux-x86_64/";

    private static final String LIBRARY = "libdnnl.so.3";
    private static final String THREADS = "libgomp.so.1";
    private static final String CACHE = "onednn";

    private LibraryFile() {}

    /**
     * The file; none where nobody named any and the class path has none for this system.
     *
     * @throws QuipuException if the property names no file, or the cache cannot be written
     */
    static Optional<Path> find() {
        String named = System.getProperty(PROPERTY, "");
        if (!named.isEmpty()) {
            Path library = Path.of(named).toAbsolutePath();
            if (!Files.isRegularFile(library)) {
                throw QuipuException.of(
                        "the file of oneDNN's library", named, "-D" + PROPERTY, "there is no such file");
            }
            return Optional.of(library);
        }
        URL library = LibraryFile.class.getClassLoader().getResource(FOLDER + LIBRARY);
        if (library == null || !isLinuxOnX86()) {
            return Optional.empty();
        }
        try {
            return Optional.of(found(library));
        } catch (IOException e) {
            throw QuipuException.of(
                    "room for oneDNN's library",
                    FileFailure.reason(e),
                    UserCache.folder(CACHE).toString(),
                    "free space there, or let XDG_CACHE_HOME name another folder");
        }
    }

    private static boolean isLinuxOnX86() {
        String architecture = System.getProperty("os.arch");
        return System.getProperty("os.name").equals("Linux")
                && (architecture.equals("amd64") || architecture.equals("x86_64"));
    }

    /** As it lies on the class path, or unpacked; another version has another folder. */
    private static Path found(URL library) throws IOException {
        URLConnection connection = library.openConnection();
        if (!(connection instanceof JarURLConnection jar)) {
            return Path.of(URI.create(library.toString()));
        }
        Path folder = UserCache.folder(CACHE)
                .resolve(Long.toHexString(jar.getJarEntry().getCrc()));
        String place = library.toString();
        URL threads = URI.create(place.substring(0, place.length() - LIBRARY.length()) + THREADS)
                .toURL();
        unpack(threads, folder.resolve(THREADS));
        unpack(library, folder.resolve(LIBRARY));
        return folder.resolve(LIBRARY);
    }

    private static void unpack(URL resource, Path file) throws IOException {
        JarURLConnection jar = (JarURLConnection) resource.openConnection();
        if (Files.exists(file) && Files.size(file) == jar.getJarEntry().getSize()) {
            return;
        }
        Files.createDirectories(file.getParent());
        Path part = Files.createTempFile(file.getParent(), "", ".part");
        try (InputStream bytes = jar.getInputStream()) {
            Files.copy(bytes, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
