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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a model position by position with a cache of keys and values, some sequences at a time, each at its own position. Programs
 * are compiled when the length of their chunk is first needed; the cache is state, of as many positions as the model's context
 * for each sequence.
 */
public final class Decoder implements AutoCloseable {
    private final Compiler compiler;
    private final Model model;
    private final State state;
    private final Device device;
    private final int capacity;
    private final int[] positions;
    private final Map<Integer, Program> programs = new HashMap<>();
    private final Map<Integer, Optional<Program>> prefills = new HashMap<>();

    /**
     * A loaded program.
     *
     * @param positioned whether it asks for positions; models without attention and RoPE do not
     */
    private record Program(Executable executable, boolean positioned) {}

    /** Sees the logits of one position of one sequence. */
    @FunctionalInterface
    public interface Row {
        /**
         * Looks at the logits, which are valid during the call.
         *
         * @param logits the vocabulary's f32 logits, from the byte offset on
         */
        void logits(int sequence, int position, MemorySegment logits, long offset);
    }

    /** A decoder of one sequence, at its beginning; see the other constructor. */
    public Decoder(Compiler compiler, Model model, State state, Device device) {
        this(compiler, model, state, device, 1);
    }

    /**
     * A decoder at the beginning of some sequences.
     *
     * @param state the model's weights; the caches are added to it
     * @param sequences how many are read together
     */
    public Decoder(Compiler compiler, Model model, State state, Device device, int sequences) {
        this.compiler = compiler;
        this.model = model;
        this.state = state;
        this.device = device;
        this.capacity = Chunks.capacity(model.contextLength());
        this.positions = new int[sequences];
    }

    /** How many sequences are read together. */
    public int sequences() {
        return positions.length;
    }

    /** The position of a sequence's next token. */
    public int position(int sequence) {
        return positions[sequence];
    }

    /**
     * Goes back in a sequence: what was read before a position stays, what the cache holds behind it is overwritten before it is
     * read.
     *
     * @param position at most where the sequence is; 0 begins a new one
     */
    public void rewind(int sequence, int position) {
        if (position < 0 || position > positions[sequence]) {
            throw new AssertionError("back to " + position + " from " + positions[sequence]);
        }
        positions[sequence] = position;
    }

    /**
     * Reads tokens at the next positions.
     *
     * @param tokens of each sequence; a sequence without any waits
     * @param rows is shown the logits behind each token, in order within a sequence
     * @throws QuipuException if the context ends before the tokens do, or the model mixes positions
     */
    public void read(List<int[]> tokens, Row rows) {
        List<Integer> chunks = chunks(tokens);
        // all of them first: a device that runs its programs in one plan makes that anew for every program that comes
        chunks.forEach(this::program);
        int done = 0;
        for (int chunk : chunks) {
            run(chunk, tokens, done, rows);
            done += chunk;
        }
    }

    /**
     * As {@link #read}, for the logits behind each sequence's last token alone. What comes before it only fills the caches: no
     * logits are computed there, which of a prompt are a good part of the work.
     *
     * @param rows is shown the logits behind the last token of each sequence that has any
     */
    public void readToLast(List<int[]> tokens, Row rows) {
        List<int[]> before = tokens.stream()
                .map(own -> Arrays.copyOf(own, Math.max(0, own.length - 1)))
                .toList();
        List<Integer> chunks = chunks(before);
        check(tokens);
        chunks.forEach(this::prefill);
        program(1);
        int done = 0;
        for (int chunk : chunks) {
            fill(chunk, before, done);
            done += chunk;
        }
        List<int[]> last = tokens.stream()
                .map(own -> Arrays.copyOfRange(own, Math.max(0, own.length - 1), own.length))
                .toList();
        if (last.stream().anyMatch(own -> own.length > 0)) {
            run(1, last, 0, rows);
        }
    }

    private void check(List<int[]> tokens) {
        for (int sequence = 0; sequence < positions.length; sequence++) {
            int length = tokens.get(sequence).length;
            int left = model.contextLength() - positions[sequence];
            if (length > left) {
                throw QuipuException.of(
                        "at most " + left + " tokens, what is left of the model's context",
                        length + " tokens",
                        "text",
                        "shorten it");
            }
        }
    }

    private List<Integer> chunks(List<int[]> tokens) {
        check(tokens);
        int longest = tokens.stream().mapToInt(own -> own.length).max().orElse(0);
        return Chunks.of(longest, model.contextLength(), positions.length);
    }

    /** A chunk of which nobody sees logits. */
    private void fill(int chunk, List<int[]> tokens, int from) {
        prefill(chunk).ifPresent(program -> start(program, chunk, tokens, from));
        for (int sequence = 0; sequence < positions.length; sequence++) {
            positions[sequence] += count(tokens.get(sequence), from, chunk);
        }
    }

    private static int count(int[] tokens, int from, int chunk) {
        return Math.clamp(tokens.length - from, 0, chunk);
    }

    private void run(int chunk, List<int[]> tokens, int from, Row rows) {
        Executable executable = start(program(chunk), chunk, tokens, from);
        MemorySegment logits = executable.result(Traced.LOGITS).segment();
        long rowBytes = (long) model.vocabularySize() * Float.BYTES;
        for (int sequence = 0; sequence < positions.length; sequence++) {
            int count = count(tokens.get(sequence), from, chunk);
            for (int i = 0; i < count; i++) {
                long row = (long) sequence * chunk + i;
                rows.logits(sequence, positions[sequence] + i, logits, row * rowBytes);
            }
            positions[sequence] += count;
        }
    }

    /** One chunk: padding, and sequences that wait, are computed at positions that a later chunk writes again. */
    private Executable start(Program program, int chunk, List<int[]> tokens, int from) {
        Executable executable = program.executable();
        Buffer ids = executable.input(Traced.TOKENS);
        for (int sequence = 0; sequence < positions.length; sequence++) {
            int[] own = tokens.get(sequence);
            for (int i = 0; i < chunk; i++) {
                ids.setInt((long) sequence * chunk + i, from + i < own.length ? own[from + i] : 0);
            }
        }
        if (program.positioned()) {
            executable.input(Incremental.POSITION).setInts(0, positions);
        }
        executable.run();
        return executable;
    }

    private Program program(int chunk) {
        return programs.computeIfAbsent(chunk, length -> load(scheduled(length)));
    }

    private Optional<Program> prefill(int chunk) {
        return prefills.computeIfAbsent(
                chunk,
                length -> compiler.prefill(model, positions.length, length, capacity)
                        .map(compiled -> load(compiled.scheduled())));
    }

    /** What is run to read so many tokens of each sequence at once. */
    public Scheduled scheduled(int chunk) {
        return compiler.incremental(model, positions.length, chunk, capacity).scheduled();
    }

    private Program load(Scheduled scheduled) {
        boolean positioned = scheduled.graph().nodes().stream()
                .anyMatch(
                        node -> node.op() instanceof Input input && input.name().equals(Incremental.POSITION));
        return new Program(device.load(scheduled, state), positioned);
    }

    @Override
    public void close() {
        programs.values().forEach(program -> program.executable().close());
        prefills.values()
                .forEach(prefill ->
                        prefill.ifPresent(program -> program.executable().close()));
        programs.clear();
        prefills.clear();
    }
}
