package dev.quipu.runtime.evaluation;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.data.TokenFile;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.util.function.LongConsumer;

/**
 * Measures a model on a whole text, cut into windows that do not overlap: every token but the first is predicted once, from
 * those before it in its window.
 */
public final class Evaluation implements AutoCloseable {
    private static final int NOTHING_TO_LEARN = -1;

    private final Executable program;
    private final int batch;
    private final int sequence;

    /**
     * What a text costs.
     *
     * @param targets tokens that were predicted
     * @param nats sum of their losses
     * @param textBytes size of the text in bytes of UTF-8
     */
    public record Result(long targets, double nats, long textBytes) {
        /** Mean loss in nats per token. */
        public double loss() {
            return nats / targets;
        }

        public double perplexity() {
            return Math.exp(loss());
        }

        public double bitsPerByte() {
            return nats / Math.log(2) / textBytes;
        }
    }

    public Evaluation(Model model, State state, Device device, int batch, int sequence) {
        this.program =
                device.load(new Compiler(false).loss(model, batch, sequence).scheduled(), state);
        this.batch = batch;
        this.sequence = sequence;
    }

    /**
     * Measures.
     *
     * @param progress is told how many tokens are done
     * @throws QuipuException if the text is shorter than two tokens
     */
    public Result measure(TokenFile tokens, LongConsumer progress) {
        if (tokens.length() < 2) {
            throw QuipuException.of(
                    "a text of at least 2 tokens", tokens.length() + " tokens", "data", "give more text");
        }
        double nats = 0;
        long targets = tokens.length() - 1;
        program.input(Traced.SCALE).setFloat(0, 1);
        for (long from = 0; from < targets; from += (long) batch * sequence) {
            fill(tokens, from);
            program.run();
            nats += program.result(Traced.LOSS).getFloat(0);
            progress.accept(Math.min(targets, from + (long) batch * sequence));
        }
        return new Result(targets, nats, tokens.textBytes());
    }

    /** The next windows; behind the text's end stand ids that are not measured. */
    private void fill(TokenFile tokens, long from) {
        Buffer inputs = program.input(Traced.TOKENS);
        Buffer targets = program.input(Traced.TARGETS);
        for (int i = 0; i < batch * sequence; i++) {
            boolean inside = from + i + 1 < tokens.length();
            inputs.setInt(i, inside ? tokens.get(from + i) : 0);
            targets.setInt(i, inside ? tokens.get(from + i + 1) : NOTHING_TO_LEARN);
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
