package dev.quipu.runtime.evaluation;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.data.BatchBuffers;
import dev.quipu.runtime.data.PackedDocuments;
import dev.quipu.runtime.data.TokenFile;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Measures a model on a whole text. Joined documents are cut into windows that do not overlap: every token but the first is
 * predicted once, from those before it in its window. Separate documents are packed into rows: every token but a document's first
 * is predicted once, from those before it in its document. What is not to be learned is not measured.
 */
public final class Evaluation implements AutoCloseable {
    private final Executable program;
    private final Documents documents;
    private final int batch;
    private final int sequence;

    /**
     * What a text costs.
     *
     * @param targets tokens that were predicted
     * @param nats sum of their losses
     * @param textBytes size of the text that was measured, in bytes of UTF-8
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

    /** Loads the program that measures batches of {@code [batch, sequence]} tokens. */
    public Evaluation(
            Compiler compiler, Model model, State state, Device device, int batch, int sequence, Documents documents) {
        this.program =
                device.load(compiler.loss(model, batch, sequence, documents).scheduled(), state);
        this.documents = documents;
        this.batch = batch;
        this.sequence = sequence;
    }

    /**
     * Measures.
     *
     * @param progress is told how many tokens are done
     * @throws QuipuException if there is nothing to measure
     */
    public Result measure(TokenFile tokens, LongConsumer progress) {
        if (tokens.length() < 2) {
            throw QuipuException.of(
                    "a text of at least 2 tokens", tokens.length() + " tokens", "data", "give more text");
        }
        program.input(Traced.SCALE).setFloat(0, 1);
        Result result = switch (documents) {
            case JOINED -> joined(tokens, progress);
            case SEPARATE -> separate(tokens, progress);
        };
        if (result.targets() == 0) {
            throw QuipuException.of("answers to measure", "none", "data", "give other conversations");
        }
        return result;
    }

    private Result joined(TokenFile tokens, LongConsumer progress) {
        double nats = 0;
        long targets = 0;
        for (long from = 0; from + 1 < tokens.length(); from += (long) batch * sequence) {
            targets += fill(tokens, from);
            nats += loss();
            progress.accept(Math.min(tokens.length() - 1, from + (long) batch * sequence));
        }
        return new Result(targets, nats, tokens.textBytes());
    }

    private Result separate(TokenFile tokens, LongConsumer progress) {
        Optional<PackedDocuments> packed = PackedDocuments.of(tokens, tokens.all(), sequence);
        long count = packed.map(PackedDocuments::count).orElse(0L);
        BatchBuffers into = new BatchBuffers(
                program.input(Traced.TOKENS), program.input(Traced.TARGETS), Optional.of(program.input(Traced.STARTS)));
        double nats = 0;
        long targets = 0;
        for (long first = 0; first < count; first += batch) {
            for (int place = 0; place < batch; place++) {
                // rows that are missing from the last batch repeat others, whose targets are taken away
                long row = Math.min(first + place, count - 1);
                packed.orElseThrow().fill(row, into, place);
                if (row == first + place) {
                    targets += packed.orElseThrow().targets(row);
                } else {
                    forget(into.targets(), place);
                }
            }
            nats += loss();
            progress.accept(Math.min(first + batch, count) * (tokens.length() - 1) / count);
        }
        return new Result(targets, nats, tokens.textBytes());
    }

    private void forget(Buffer targets, int place) {
        for (int t = 0; t < sequence; t++) {
            targets.setInt((long) place * sequence + t, BatchBuffers.NOTHING);
        }
    }

    private float loss() {
        program.run();
        return program.result(Traced.LOSS).getFloat(0);
    }

    /** The next windows; behind the text's end stand ids that are not measured. Says how many are. */
    private long fill(TokenFile tokens, long from) {
        long measured = 0;
        Buffer inputs = program.input(Traced.TOKENS);
        Buffer targets = program.input(Traced.TARGETS);
        for (int i = 0; i < batch * sequence; i++) {
            boolean inside = from + i + 1 < tokens.length();
            inputs.setInt(i, inside ? tokens.get(from + i) : 0);
            boolean learned = inside && tokens.isLearned(from + i + 1);
            targets.setInt(i, learned ? tokens.get(from + i + 1) : BatchBuffers.NOTHING);
            measured += learned ? 1 : 0;
        }
        return measured;
    }

    @Override
    public void close() {
        program.close();
    }
}
