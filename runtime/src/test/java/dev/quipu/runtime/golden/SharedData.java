package dev.quipu.runtime.golden;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Finds the files and folders of the shared data, which is not a part of the project. */
public final class SharedData {
    private SharedData() {}

    /** A file or folder below the shared folder, such as {@code data/corpora}; where it is absent the test is skipped, by its name. */
    public static Path of(String name) {
        Path root = Path.of(System.getProperty("quipu.root", ".."));
        Path path = root.resolve(System.getenv().getOrDefault("QUIPU_SHARED", "../shared"))
                .resolve(name);
        Assumptions.assumeTrue(Files.exists(path), "no shared " + name + ": QUIPU_SHARED names the folder");
        return path;
    }
}
