package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where a model folder keeps its weights. */
public final class WeightFolder {
    /** Customary names, of which the first that is there is taken. */
    private static final List<String> NAMES = List.of(
            Weights.FILE, Weights.INDEX, "consolidated.00.pth", "pytorch_model.bin", "pytorch_model.bin.index.json");

    /** The second part of a model that Meta cut across devices, tensor by tensor. */
    private static final String SECOND_PART = "consolidated.01.pth";

    private static final String GGUF = ".gguf";

    private WeightFolder() {}

    /** Whether a folder holds weights under a customary name, or a GGUF file. */
    public static boolean holdsWeights(Path folder) {
        return Files.isDirectory(folder)
                && (customary(folder).isPresent() || !ggufs(folder).isEmpty());
    }

    /**
     * The weight file or index of a folder; a path that is no folder is the file itself.
     *
     * @throws QuipuException if there is none, or more than one GGUF file
     */
    static Path find(Path path) {
        if (!Files.isDirectory(path)) {
            return path;
        }
        if (Files.exists(path.resolve(SECOND_PART))) {
            throw QuipuException.of(
                    "weights in one piece",
                    SECOND_PART + ", a part of each tensor",
                    path.toString(),
                    "merge the parts first");
        }
        return customary(path).orElseGet(() -> onlyGguf(path));
    }

    private static Optional<Path> customary(Path folder) {
        return NAMES.stream().map(folder::resolve).filter(Files::exists).findFirst();
    }

    private static Path onlyGguf(Path folder) {
        List<Path> files = ggufs(folder);
        if (files.size() != 1) {
            throw QuipuException.of(
                    String.join(", ", NAMES) + " or one " + GGUF + " file",
                    files.isEmpty() ? "none of them" : files.size() + " " + GGUF + " files",
                    folder.toString(),
                    files.isEmpty() ? "check the path" : "give the file");
        }
        return files.getFirst();
    }

    private static List<Path> ggufs(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().endsWith(GGUF))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new QuipuException(folder + ": expected a readable folder, found " + FileFailure.reason(e), e);
        }
    }
}
