package dev.quipu.runtime.tornado;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A TornadoVM SDK: an unpacked release, or what TornadoVM's own build makes.
 *
 * @param home its folder
 * @param version such as {@code 5.2.0-jdk25}
 * @param backends {@code opencl}, {@code cuda}, {@code ptx}: those it was built with
 */
public record Sdk(Path home, String version, List<String> backends) {
    /** The environment variable that names an SDK's folder. */
    public static final String VARIABLE = "TORNADOVM_HOME";

    /** The releases that generated programs are known to run on. */
    public static final String SUPPORTED = "5.2.x-jdk25";

    private static final String VERSION_BEGINS = "5.2.";
    private static final String VERSION_ENDS = "-jdk25";
    private static final int JDK = 25;
    private static final String GET_ONE = "unpack a TornadoVM " + SUPPORTED
            + " SDK (https://github.com/beehive-lab/TornadoVM/releases) and export " + VARIABLE + "=ITS_FOLDER";

    public Sdk {
        backends = List.copyOf(backends);
    }

    /**
     * The SDK that the environment names.
     *
     * @throws QuipuException if it names none, or one that generated programs do not run on
     */
    public static Sdk find() {
        return of(Optional.ofNullable(System.getenv(VARIABLE)));
    }

    /**
     * The SDK in a folder.
     *
     * @throws QuipuException if there is none, or one that generated programs do not run on, or not on this JDK
     */
    public static Sdk of(Optional<String> folder) {
        if (folder.isEmpty() || folder.get().isBlank()) {
            throw QuipuException.of("the folder of a TornadoVM SDK", "nothing", VARIABLE, GET_ONE);
        }
        Path home = Path.of(folder.get());
        if (!Files.isDirectory(home)) {
            throw QuipuException.of("the folder of a TornadoVM SDK", "no folder " + home, VARIABLE, GET_ONE);
        }
        String version = property(home, "tornado.release", "version");
        Sdk sdk = new Sdk(home, version, backends(home));
        if (!version.isEmpty() && !(version.startsWith(VERSION_BEGINS) && version.endsWith(VERSION_ENDS))) {
            throw QuipuException.of("TornadoVM " + SUPPORTED, version + " in " + home, VARIABLE, GET_ONE);
        }
        if (version.isEmpty() || !Files.isReadable(sdk.apiJar()) || !Files.isReadable(sdk.argumentFile())) {
            throw QuipuException.of(
                    "a TornadoVM SDK (etc/tornado.release, tornado-argfile, share/java/tornado)",
                    home + " without them",
                    VARIABLE,
                    GET_ONE);
        }
        if (Runtime.version().feature() != JDK) {
            throw QuipuException.of(
                    "JDK " + JDK + ", which TornadoVM " + version + " is made for",
                    "JDK " + Runtime.version().feature() + " in " + System.getProperty("java.home"),
                    "JAVA_HOME",
                    "let it name a JDK " + JDK);
        }
        return sdk;
    }

    private static List<String> backends(Path home) {
        return Arrays.stream(
                        property(home, "tornado.backend", "tornado.backends").split(","))
                .map(name -> name.strip().replace("-backend", ""))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static String property(Path home, String file, String key) {
        Path path = home.resolve("etc").resolve(file);
        if (!Files.isReadable(path)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(path)) {
            return lines.filter(line -> line.startsWith(key + "="))
                    .map(line -> line.substring(key.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What generated programs are compiled against. */
    public Path apiJar() {
        return home.resolve("share/java/tornado/tornado-api-" + version + ".jar");
    }

    /** What a provider of a library is compiled against, beside that. */
    Path runtimeJar() {
        return home.resolve("share/java/tornado/tornado-runtime-" + version + ".jar");
    }

    /** The JVM flags that TornadoVM needs. */
    public Path argumentFile() {
        return home.resolve("tornado-argfile");
    }

    /**
     * Checks that this JVM was started with those flags.
     *
     * @throws QuipuException if not
     */
    public void requireFlags() {
        if (!hasFlags()) {
            throw QuipuException.of(
                    "a JVM with TornadoVM's flags",
                    "one without",
                    "--device tornado",
                    "say --device tornado to ./quipu itself, or start java with @" + argumentFile());
        }
    }

    /** Whether this JVM was started with those flags. */
    public static boolean hasFlags() {
        return ModuleLayer.boot().findModule("tornado.runtime").isPresent();
    }
}
