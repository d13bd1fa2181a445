package dev.quipu.runtime.generation;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.Incremental;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.op.Input;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a model position by position with a cache of keys and values, one sequence at a time. Programs are compiled when the
 * length of their chunk is first needed; the cache is state, of as many positions as the model's context.
 */
public final class Decoder implements AutoCloseable {
    private final Compiler compiler;
    private final Model model;
    private final State state;
    private final Device device;
    private final int capacity;
    private final Map<Integer, Program> programs = new HashMap<>();
    private int position;

    /**
     * A loaded program.
     *
     * @param positioned whether it asks for a position; models without attention and RoPE do not
     */
    private record Program(Executable executable, boolean positioned) {}

    /** Sees the logits of one position. */
    @FunctionalInterface
    public interface Row {
        /**
         * Looks at the logits, which are valid during the call.
         *
         * @param logits the vocabulary's f32 logits, from the byte offset on
         */
        void logits(int position, MemorySegment logits, long offset);
    }

    /**
     * A decoder at the beginning of a sequence.
     *
     * @param state the model's weights; the caches are added to it
     */
    public Decoder(Compiler compiler, Model model, State state, Device device) {
        this.compiler = compiler;
        this.model = model;
        this.state = state;
        this.device = device;
        this.capacity = Chunks.capacity(model.contextLength());
    }

    /** The position of the next token. */
    public int position() {
        return position;
    }

    /** Begins a new sequence. What the cache holds is overwritten before it is read. */
    public void restart() {
        position = 0;
    }

    /**
     * Reads tokens at the next positions.
     *
     * @param rows is shown the logits behind each token, in order
     * @throws QuipuException if the context ends before the tokens do, or the model mixes positions
     */
    public void read(int[] tokens, Row rows) {
        if (tokens.length > model.contextLength() - position) {
            throw QuipuException.of(
                    "at most " + (model.contextLength() - position) + " tokens, what is left of the model's context",
                    tokens.length + " tokens",
                    "text",
                    "shorten it");
        }
        int done = 0;
        // after a sequence's beginning chunks would not begin at multiples of their length
        List<Integer> chunks =
                position == 0 ? Chunks.of(tokens.length, model.contextLength()) : Collections.nCopies(tokens.length, 1);
        for (int chunk : chunks) {
            int count = Math.min(chunk, tokens.length - done);
            run(chunk, tokens, done, count, rows);
            done += count;
        }
    }

    private void run(int chunk, int[] tokens, int from, int count, Row rows) {
        Program program = programs.computeIfAbsent(chunk, this::load);
        Executable executable = program.executable();
        Buffer ids = executable.input(Traced.TOKENS);
        for (int i = 0; i < chunk; i++) {
            ids.setInt(i, i < count ? tokens[from + i] : 0);
        }
        if (program.positioned()) {
            executable.input(Incremental.POSITION).setInt(0, position);
        }
        executable.run();
        MemorySegment logits = executable.result(Traced.LOGITS).segment();
        long rowBytes = (long) model.vocabularySize() * Float.BYTES;
        for (int i = 0; i < count; i++) {
            rows.logits(position + i, logits, i * rowBytes);
        }
        position += count;
    }

    private Program load(int chunk) {
        Scheduled scheduled = compiler.incremental(model, 1, chunk, capacity).scheduled();
        boolean positioned = scheduled.graph().nodes().stream()
                .anyMatch(
                        node -> node.op() instanceof Input input && input.name().equals(Incremental.POSITION));
        return new Program(device.load(scheduled, state), positioned);
    }

    @Override
    public void close() {
        programs.values().forEach(program -> program.executable().close());
        programs.clear();
    }
}
