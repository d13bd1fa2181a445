package dev.quipu.runtime.tornado;

import dev.quipu.codegen.tornado.TornadoApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** TornadoVM's API, where this machine has it: on the class path (the Maven profile {@code tornadovm}), or in an SDK. */
final class TornadoApiJar {
    private static final String HOME = "TORNADOVM_HOME";

    private TornadoApiJar() {}

    /** The jar; without one the test that asks for it is skipped, by name. */
    static Path required() {
        Optional<Path> jar = onClassPath().or(TornadoApiJar::inSdk);
        Assumptions.assumeTrue(
                jar.isPresent(),
                "needs TornadoVM's API: the Maven profile tornadovm, or an SDK that TORNADOVM_HOME names");
        return jar.get();
    }

    private static Optional<Path> onClassPath() {
        try {
            Class<?> context = Class.forName(
                    TornadoApi.KERNEL_CONTEXT.canonicalName(), false, TornadoApiJar.class.getClassLoader());
            return Optional.of(Path.of(
                    context.getProtectionDomain().getCodeSource().getLocation().toURI()));
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<Path> inSdk() {
        String home = System.getenv(HOME);
        if (home == null || home.isEmpty()) {
            return Optional.empty();
        }
        Path folder = Path.of(home, "share", "java", "tornado");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "tornado-api-*.jar")) {
            for (Path jar : jars) {
                return Optional.of(jar);
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
