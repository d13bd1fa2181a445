package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is trained on when no data is given.
 *
 * @param corpus the texts
 * @param notice a line to show the user when it is not the usual text, with the reason
 */
public record DefaultCorpus(Corpus corpus, Optional<String> notice) {
    /**
     * The Java sources of a JDK, or, where it carries none, Quipu's own.
     *
     * @param quipuHome Quipu's checkout
     * @throws QuipuException if neither is there
     */
    public static DefaultCorpus find(Path javaHome, Path quipuHome) {
        return JavaSources.of(javaHome)
                .map(sources -> new DefaultCorpus(sources, Optional.empty()))
                .orElseGet(() -> ownSources(javaHome, quipuHome));
    }

    private static DefaultCorpus ownSources(Path javaHome, Path quipuHome) {
        List<Path> folders = Stream.of("dsl", "compiler", "codegen", "runtime", "models")
                .map(module -> quipuHome.resolve(module).resolve("src"))
                .filter(Files::isDirectory)
                .toList();
        String missing = javaHome + " carries no lib/src.zip";
        if (folders.isEmpty()) {
            throw QuipuException.of("text to train on", missing, "data", "give --data PATH");
        }
        return new DefaultCorpus(
                TextFiles.of(folders), Optional.of(missing + ": the text is Quipu's own sources, which are few"));
    }
}
