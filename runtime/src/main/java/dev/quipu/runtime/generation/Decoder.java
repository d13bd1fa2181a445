package dev.quipu.runtime.generation;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.Incremental;
import dev.quipu.compiler.program.LastPosition;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    private final Map<Integer, Program> prefills = new HashMap<>();

    /**
     * A loaded program.
     *
     * @param inputs what it asks for; models without attention and RoPE do not ask for positions
     */
    private record Program(Executable executable, Set<String> inputs) {
        void set(String input, int sequence, int value) {
            if (inputs.contains(input)) {
                executable.input(input).setInt(sequence, value);
            }
        }
    }

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
     * As {@link #read}, for the logits behind each sequence's last token alone: those of the others, which of a prompt are a good
     * part of the work, are not computed.
     *
     * @param rows is shown the logits behind the last token of each sequence that has any
     */
    public void readToLast(List<int[]> tokens, Row rows) {
        List<Integer> chunks = chunks(tokens);
        chunks.forEach(this::prefill);
        program(1); // continues the text
        int done = 0;
        for (int chunk : chunks) {
            runToLast(chunk, tokens, done, rows);
            done += chunk;
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

    private static int count(int[] tokens, int from, int chunk) {
        return Math.clamp(tokens.length - from, 0, chunk);
    }

    private void run(int chunk, List<int[]> tokens, int from, Row rows) {
        Executable executable = run(program(chunk), chunk, tokens, from);
        for (int sequence = 0; sequence < positions.length; sequence++) {
            int count = count(tokens.get(sequence), from, chunk);
            for (int i = 0; i < count; i++) {
                show(executable, sequence, positions[sequence] + i, sequence * chunk + i, rows);
            }
            positions[sequence] += count;
        }
    }

    /** A chunk that shows the logits of the sequences that end in it. */
    private void runToLast(int chunk, List<int[]> tokens, int from, Row rows) {
        Executable executable = run(prefill(chunk), chunk, tokens, from);
        for (int sequence = 0; sequence < positions.length; sequence++) {
            int count = count(tokens.get(sequence), from, chunk);
            if (count > 0 && from + count == tokens.get(sequence).length) {
                show(executable, sequence, positions[sequence] + count - 1, sequence, rows);
            }
            positions[sequence] += count;
        }
    }

    private void show(Executable executable, int sequence, int position, long row, Row rows) {
        MemorySegment logits = executable.result(Traced.LOGITS).segment();
        rows.logits(sequence, position, logits, row * model.vocabularySize() * Float.BYTES);
    }

    /** One chunk: padding, and sequences that wait, are computed at positions that a later chunk writes again. */
    private Executable run(Program program, int chunk, List<int[]> tokens, int from) {
        Executable executable = program.executable();
        Buffer ids = executable.input(Traced.TOKENS);
        for (int sequence = 0; sequence < positions.length; sequence++) {
            int[] own = tokens.get(sequence);
            for (int i = 0; i < chunk; i++) {
                ids.setInt((long) sequence * chunk + i, from + i < own.length ? own[from + i] : 0);
            }
            int last = Math.max(0, count(own, from, chunk) - 1);
            program.set(LastPosition.ROW, sequence, sequence * chunk + last);
            program.set(LastPosition.POSITION, sequence, positions[sequence] + last);
            program.set(Incremental.POSITION, sequence, positions[sequence]);
        }
        executable.run();
        return executable;
    }

    private Program program(int chunk) {
        return programs.computeIfAbsent(chunk, length -> load(scheduled(length)));
    }

    /** A single token is its chunk's last one. */
    private Program prefill(int chunk) {
        return chunk == 1
                ? program(1)
                : prefills.computeIfAbsent(
                        chunk,
                        length -> load(compiler.prefill(model, positions.length, length, capacity)
                                .scheduled()));
    }

    /** What is run to read so many tokens of each sequence at once. */
    public Scheduled scheduled(int chunk) {
        return compiler.incremental(model, positions.length, chunk, capacity).scheduled();
    }

    private Program load(Scheduled scheduled) {
        Set<String> inputs = scheduled.graph().nodes().stream()
                .flatMap(node -> node.op() instanceof Input input ? Stream.of(input.name()) : Stream.empty())
                .collect(Collectors.toSet());
        return new Program(device.load(scheduled, state), inputs);
    }

    @Override
    public void close() {
        Stream.of(programs, prefills).forEach(loaded -> {
            loaded.values().forEach(program -> program.executable().close());
            loaded.clear();
        });
    }
}
