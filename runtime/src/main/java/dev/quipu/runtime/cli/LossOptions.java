package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.QuipuException;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How much of the logits exists at once. */
final class LossOptions {
    @Option(
            names = "--loss-chunk",
            paramLabel = "ROWS",
            description = {
                "Tokens whose logits exist at once: output projection and loss run in chunks, forward and backward.",
                "Default: 64 MiB of logits, in 2 to 16 chunks; as many as batch x sequence: all at once."
            })
    private Integer rows;

    /** Whether it is on the command line. */
    boolean isGiven() {
        return rows != null;
    }

    /**
     * What is asked for.
     *
     * @throws QuipuException if that is less than a row
     */
    OptionalInt rows() {
        if (rows == null) {
            return OptionalInt.empty();
        }
        if (rows < 1) {
            throw QuipuException.of("at least 1", rows.toString(), "--loss-chunk", "");
        }
        return OptionalInt.of(rows);
    }

    /** A compiler that does what is asked for. */
    Compiler applyTo(Compiler compiler) {
        OptionalInt wanted = rows();
        return wanted.isPresent() ? compiler.withLossChunk(wanted.getAsInt()) : compiler;
    }
}
