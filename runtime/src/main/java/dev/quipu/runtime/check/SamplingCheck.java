package dev.quipu.runtime.check;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.generation.Decoder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Sequences of random tokens, each at its own position, read with a cache: in chunks first, then token by token. */
final class SamplingCheck {
    private static final long SEED = 2;

    /** Tokens of a chunk that is compiled for. */
    private static final int CHUNK = 16;

    /** Tokens of each sequence that come in chunks; the last sequence waits at first, and the others' chunks are padded. */
    private static final List<List<Integer>> CHUNKS = List.of(List.of(CHUNK, 11, 0), List.of(9, CHUNK, 5));

    /** Tokens of each sequence that come one by one; a sequence waits now and then. */
    private static final List<List<Integer>> STEPS = List.of(List.of(1, 1, 1), List.of(1, 0, 1));

    private final Decoder decoder;
    private final Model model;
    private final SplittableRandom random = new SplittableRandom(SEED);

    private SamplingCheck(Decoder decoder, Model model) {
        this.decoder = decoder;
        this.model = model;
    }

    /** Where the model's context is shorter than a chunk, tokens come one by one alone. */
    static List<ProgramVerdict> run(Model model, Compiler compiler, Device device, State state) {
        int sequences = STEPS.getFirst().size();
        List<ProgramVerdict> verdicts = new ArrayList<>();
        try (Decoder decoder = new Decoder(compiler, model, state, device, sequences)) {
            SamplingCheck check = new SamplingCheck(decoder, model);
            if (model.contextLength() >= CHUNK) {
                String name = "prefill of " + CHUNK + " tokens, " + sequences + " sequences";
                verdicts.add(ProgramVerdict.of(name, () -> CHUNKS.forEach(check::readToLast)));
                String scored = "all logits of " + CHUNK + " tokens, " + sequences + " sequences";
                verdicts.add(ProgramVerdict.of(scored, () -> CHUNKS.forEach(check::read)));
            }
            verdicts.add(ProgramVerdict.of(
                    "prefill of 1 token and decode, " + sequences + " sequences", () -> STEPS.forEach(check::read)));
        }
        return verdicts;
    }

    private void read(List<Integer> lengths) {
        decoder.read(tokens(lengths), (sequence, position, logits, offset) -> {});
    }

    private void readToLast(List<Integer> lengths) {
        decoder.readToLast(tokens(lengths), (sequence, position, logits, offset) -> {});
    }

    /** So many tokens of each sequence; one whose context is full begins anew. */
    private List<int[]> tokens(List<Integer> lengths) {
        List<int[]> tokens = new ArrayList<>();
        for (int sequence = 0; sequence < lengths.size(); sequence++) {
            int length = lengths.get(sequence);
            if (decoder.position(sequence) + length > model.contextLength()) {
                decoder.rewind(sequence, 0);
            }
            tokens.add(random.ints(length, 0, model.vocabularySize()).toArray());
        }
        return tokens;
    }
}
