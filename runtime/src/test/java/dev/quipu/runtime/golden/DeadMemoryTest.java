package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.memory.Lifetime;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelWeights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Memory is needed as long as the plan says, and what is written over an input is what would be written apart: bit by bit the
 * same loss, gradients and weights, with NaN in all memory that is dead and without.
 */
class DeadMemoryTest {
    static List<String> folders() {
        return GoldenModel.FOLDERS;
    }

    /** A training step's programs. */
    private record Programs(Scheduled update, Scheduled gradient, Scheduled loss) {
        static Programs of(GoldenModel golden, Compiler compiler) {
            Shape tokens =
                    golden.values("case.safetensors").get("input_ids").type().shape();
            int batch = tokens.size(0);
            int sequence = tokens.size(1);
            return new Programs(
                    compiler.update(golden.model(), AdamW.LLAMA).scheduled(),
                    compiler.gradient(golden.model(), batch, sequence).scheduled(),
                    compiler.loss(golden.model(), batch, sequence).scheduled());
        }

        Programs with(UnaryOperator<Scheduled> change) {
            return new Programs(change.apply(update), change.apply(gradient), change.apply(loss));
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void nothingReadsDeadMemory(String folder) {
        GoldenModel golden = GoldenModel.open(folder);
        Programs programs = Programs.of(golden, Compiler.verifying());
        Map<String, float[]> expected;
        try (Device device = new JvmDevice(2)) {
            expected = step(golden, device, programs.with(DeadMemoryTest::apart));
            assertSame(expected, step(golden, device, programs), "updates in place");
        }
        try (Device device = JvmDevice.poisoning(2)) {
            assertSame(expected, step(golden, device, programs), "poisoned");
            Programs rebuilding = Programs.of(golden, Compiler.verifying().keeping(PlanRequest.BLOCKS));
            assertSame(expected, step(golden, device, rebuilding), "poisoned, blocks are rebuilt");
        }
        expected.forEach((name, values) -> {
            for (float value : values) {
                assertTrue(Float.isFinite(value), name);
            }
        });
    }

    private static void assertSame(Map<String, float[]> expected, Map<String, float[]> found, String what) {
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, found.get(name), what + ": " + name));
    }

    private static Scheduled apart(Scheduled scheduled) {
        return Scheduled.withoutUpdatesInPlace(scheduled.graph(), scheduled.clusters());
    }

    /** Results, and all state after two micro-batches and after their update. */
    private static Map<String, float[]> step(GoldenModel golden, Device device, Programs programs) {
        Map<String, Array> values = golden.values("case.safetensors");
        Map<String, float[]> outcome = new TreeMap<>();
        try (State state = new State()) {
            ModelWeights.load(golden.model(), golden.folder(), state);
            try (Executable update = device.load(programs.update(), state);
                    Executable gradient = device.load(programs.gradient(), state);
                    Executable loss = device.load(programs.loss(), state)) {
                fill(gradient, values);
                gradient.run();
                gradient.run();
                outcome.put("loss", gradient.result(Traced.LOSS).toFloats());
                state.names()
                        .forEach(name ->
                                outcome.put("gradient, " + name, state.get(name).toFloats()));
                List.of(AdamW.LEARNING_RATE, AdamW.CORRECTION_1, AdamW.CORRECTION_2)
                        .forEach(name -> update.input(name).setFloat(0, 0.1f));
                update.run();
                outcome.put("norm", update.result(AdamW.NORM).toFloats());
                state.names()
                        .forEach(name ->
                                outcome.put("update, " + name, state.get(name).toFloats()));
                fill(loss, values);
                loss.run();
                outcome.put("loss after", loss.result(Traced.LOSS).toFloats());
            }
        }
        return outcome;
    }

    private static void fill(Executable program, Map<String, Array> values) {
        Array tokens = values.get("input_ids");
        for (int i = 0; i < tokens.size(); i++) {
            program.input(Traced.TOKENS).setInt(i, (int) tokens.get(i));
            program.input(Traced.TARGETS).setInt(i, (int) values.get("targets").get(i));
        }
        program.input(Traced.SCALE).setFloat(0, 1f / tokens.size());
    }

    /** The mode sees what it is there to see: lifetimes that end one launch before the last reader. */
    @Test
    void aLifetimeThatEndsTooEarlyIsSeen() {
        GoldenModel golden = GoldenModel.open("llama-tiny");
        Programs programs = Programs.of(golden, Compiler.verifying()).with(DeadMemoryTest::tooShort);
        try (Device device = JvmDevice.poisoning(1)) {
            assertTrue(Float.isNaN(step(golden, device, programs).get("loss")[0]));
        }
    }

    private static Scheduled tooShort(Scheduled sound) {
        Map<Tensor, MemoryPlan.Slot> slots = new LinkedHashMap<>(sound.memory().slots());
        slots.replaceAll((tensor, slot) -> {
            int death = Math.max(slot.birth(), slot.death() - 1);
            return new MemoryPlan.Slot(slot.offset(), new Lifetime(slot.bytes(), slot.birth(), death));
        });
        MemoryPlan memory = new MemoryPlan(
                slots,
                sound.memory().bytes(),
                sound.memory().lowerBound(),
                sound.memory().packing());
        return new Scheduled(sound.graph(), sound.clusters(), memory, sound.precision());
    }
}
