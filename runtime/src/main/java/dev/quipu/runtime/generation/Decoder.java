package dev.quipu.runtime.generation;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
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
    private static final Chunk SINGLE = new Chunk(1, false);

    private final Compiler compiler;
    private final Model model;
    private final State state;
    private final Device device;
    private final int capacity;
    private final int[] positions;
    private final Map<Chunk, Program> programs = new HashMap<>();

    /**
     * What a program reads.
     *
     * @param length tokens of each sequence
     * @param toLast whether of each sequence only one token's logits are asked for, see {@link Compiler#prefill}; of a single
     *     token that is all
     */
    private record Chunk(int length, boolean toLast) {
        Chunk {
            toLast &= length > 1;
        }
    }

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
     * @param compiler its precision is that of tokens that are read together; reading weights bounds the speed of single ones,
     *     which multiply in f32
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
        List<Chunk> chunks = chunks(tokens, false);
        load(chunks);
        int done = 0;
        for (Chunk chunk : chunks) {
            run(chunk, tokens, done, rows);
            done += chunk.length();
        }
    }

    /**
     * As {@link #read}, for the logits behind each sequence's last token alone: those of the others, which of a prompt are a good
     * part of the work, are not computed.
     *
     * @param rows is shown the logits behind the last token of each sequence that has any
     */
    public void readToLast(List<int[]> tokens, Row rows) {
        List<Chunk> chunks = chunks(tokens, true);
        load(Stream.concat(chunks.stream(), Stream.of(SINGLE)).toList()); // which continues the texts
        int done = 0;
        for (Chunk chunk : chunks) {
            runToLast(chunk, tokens, done, rows);
            done += chunk.length();
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

    private List<Chunk> chunks(List<int[]> tokens, boolean toLast) {
        check(tokens);
        int longest = tokens.stream().mapToInt(own -> own.length).max().orElse(0);
        return Chunks.of(longest, model.contextLength(), positions.length).stream()
                .map(length -> new Chunk(length, toLast))
                .toList();
    }

    private static int count(int[] tokens, int from, Chunk chunk) {
        return Math.clamp(tokens.length - from, 0, chunk.length());
    }

    private void run(Chunk chunk, List<int[]> tokens, int from, Row rows) {
        Executable executable = start(chunk, tokens, from);
        for (int sequence = 0; sequence < positions.length; sequence++) {
            int count = count(tokens.get(sequence), from, chunk);
            for (int i = 0; i < count; i++) {
                show(executable, sequence, positions[sequence] + i, sequence * chunk.length() + i, rows);
            }
            positions[sequence] += count;
        }
    }

    /** A chunk that shows the logits of the sequences that end in it. */
    private void runToLast(Chunk chunk, List<int[]> tokens, int from, Row rows) {
        Executable executable = start(chunk, tokens, from);
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
    private Executable start(Chunk chunk, List<int[]> tokens, int from) {
        Program program = programs.get(chunk);
        Buffer ids = program.executable().input(Traced.TOKENS);
        for (int sequence = 0; sequence < positions.length; sequence++) {
            int[] own = tokens.get(sequence);
            int first = sequence * chunk.length();
            for (int i = 0; i < chunk.length(); i++) {
                ids.setInt((long) first + i, from + i < own.length ? own[from + i] : 0);
            }
            int last = Math.max(0, count(own, from, chunk) - 1);
            program.set(LastPosition.ROW, sequence, first + last);
            program.set(LastPosition.POSITION, sequence, positions[sequence] + last);
            program.set(Incremental.POSITION, sequence, positions[sequence]);
        }
        program.executable().run();
        return program.executable();
    }

    /** All that are needed before the first runs: a device that runs its programs in one plan makes that anew for each that comes. */
    private void load(List<Chunk> chunks) {
        chunks.forEach(chunk -> programs.computeIfAbsent(chunk, this::load));
    }

    private Program load(Chunk chunk) {
        Scheduled scheduled = compiled(chunk).scheduled();
        Set<String> inputs = scheduled.graph().nodes().stream()
                .flatMap(node -> node.op() instanceof Input input ? Stream.of(input.name()) : Stream.empty())
                .collect(Collectors.toSet());
        return new Program(device.load(scheduled, state), inputs);
    }

    private Compiled compiled(Chunk chunk) {
        Compiler precise = chunk.length() > 1 ? compiler : compiler.in(Precision.F32);
        return chunk.toLast()
                ? precise.prefill(model, positions.length, chunk.length(), capacity)
                : precise.incremental(model, positions.length, chunk.length(), capacity);
    }

    /** What is run to continue each sequence by a token. */
    public Scheduled scheduled() {
        return compiled(SINGLE).scheduled();
    }

    @Override
    public void close() {
        programs.values().forEach(program -> program.executable().close());
        programs.clear();
    }
}
