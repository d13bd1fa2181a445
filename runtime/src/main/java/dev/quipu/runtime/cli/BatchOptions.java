package dev.quipu.runtime.cli;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.model.ModelSource;
import java.io.PrintWriter;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The shape of a batch. */
final class BatchOptions {
    private static final int USUAL_SEQUENCE = 256;

    private static final int USUAL_BATCH = 8;
    private static final int USUAL_PROMPT = 128;

    @Option(names = "--batch", paramLabel = "N", description = "Sequences of a batch; default: 8.")
    private Integer batch;

    @Option(
            names = "--seq",
            paramLabel = "N",
            description = "Tokens of a sequence; default: 256, or the model's context where it is shorter.")
    private Integer sequence;

    int batch() {
        return batchOr(USUAL_BATCH);
    }

    /** As {@link #batch}, where another number is usual. */
    int batchOr(int usual) {
        return positive("--batch", batch == null ? usual : batch);
    }

    /**
     * The length of prompts for a model, where sequences are those that are continued.
     *
     * @throws QuipuException if the model's context is shorter
     */
    int prompt(Model model) {
        return sequence == null ? Math.clamp(model.contextLength() / 2, 1, USUAL_PROMPT) : sequence(model);
    }

    /**
     * A model whose costs are studied: sequences may be longer than its own, where its family lets them, and a line says so.
     *
     * @param notes where the line goes
     */
    ModelSource withRoom(ModelSource source, PrintWriter notes) {
        int context = source.model().contextLength();
        Optional<ModelSource> longer =
                sequence == null || sequence <= context ? Optional.empty() : source.withContext(sequence);
        longer.ifPresent(found -> notes.println(
                "note: the model's context is " + context + " tokens; studied as if it were " + sequence));
        return longer.orElse(source);
    }

    /**
     * The sequence length for a model.
     *
     * @throws QuipuException if the model's context is shorter
     */
    int sequence(Model model) {
        if (sequence == null) {
            return Math.min(USUAL_SEQUENCE, model.contextLength());
        }
        if (sequence > model.contextLength()) {
            throw QuipuException.of(
                    "at most " + model.contextLength() + ", the model's context", sequence.toString(), "--seq", "");
        }
        return positive("--seq", sequence);
    }

    private static int positive(String option, int value) {
        if (value < 1) {
            throw QuipuException.of("at least 1", Integer.toString(value), option, "");
        }
        return value;
    }
}
