package dev.quipu.runtime.cli;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import picocli.CommandLine.Option;

/** The shape of a batch. */
final class BatchOptions {
    private static final int USUAL_SEQUENCE = 256;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "8", description = "Sequences of a batch; default: 8.")
    private int batch;

    @Option(
            names = "--seq",
            paramLabel = "N",
            description = "Tokens of a sequence; default: 256, or the model's context where it is shorter.")
    private Integer sequence;

    int batch() {
        return positive("--batch", batch);
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
