package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.compiler.program.Incremental;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.onednn.RoundedProducts;
import dev.quipu.runtime.reference.ReferenceDevice;
import dev.quipu.runtime.tornado.EmulatorDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Chunks of a prompt whose products multiply bf16, with weights that are stored in fewer bits. */
class RoundedChunksTest {
    /** Of a few rows, of some, and of more. */
    private static final int[] CHUNKS = {5, 16, 40};

    private static final int CAPACITY = 128;

    /** What numbers may lose that are computed in another order and then rounded to neighbours. */
    private static final double TOLERANCE = 4e-3;

    private static ModelSource source() {
        return ModelSource.withWeights(GoldenModel.open("llama-tiny").folder().toString());
    }

    private static Scheduled chunk(Compiler compiler, int tokens) {
        return compiler.incremental(source().model(), 1, tokens, CAPACITY).scheduled();
    }

    /** The logits of chunks that follow each other. */
    private static List<float[]> logits(Compiler compiler, Device device) {
        List<float[]> logits = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(3);
        try (State state = source().loadWeights(compiler)) {
            int position = 0;
            for (int tokens : CHUNKS) {
                Executable program = device.load(chunk(compiler, tokens), state);
                int vocabulary = source().model().vocabularySize();
                program.input(Traced.TOKENS)
                        .setInts(0, random.ints(tokens, 0, vocabulary).toArray());
                program.input(Incremental.POSITION).setInt(0, position);
                program.run();
                logits.add(program.result(Traced.LOGITS).toFloats());
                position += tokens;
                program.close();
            }
        }
        return logits;
    }

    private static double difference(List<float[]> expected, List<float[]> found) {
        double squares = 0;
        double norm = 0;
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).length, found.get(i).length);
            for (int j = 0; j < expected.get(i).length; j++) {
                squares += Math.pow((double) found.get(i)[j] - expected.get(i)[j], 2);
                norm += Math.pow(expected.get(i)[j], 2);
            }
        }
        return Math.sqrt(squares / norm);
    }

    @ParameterizedTest
    @EnumSource(WeightStorage.class)
    void logitsAreNearTheReference(WeightStorage storage) {
        RoundedProducts.assumeHere();
        Compiler compiler = Compiler.verifying().in(Precision.BF16).storing(storage);
        try (Device device = new JvmDevice(2);
                Device reference = new ReferenceDevice()) {
            List<float[]> found = logits(compiler, device);
            double difference = difference(logits(compiler, reference), found);
            assertTrue(difference < TOLERANCE, "difference " + difference);
            double rounding = difference(logits(compiler.in(Precision.F32), reference), found);
            assertTrue(rounding > 0 && difference < rounding, difference + " of " + rounding);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightStorage.class,
            names = {"BF16", "INT8"})
    void theEmulatorRefuses(WeightStorage storage) {
        Compiler compiler = Compiler.verifying().in(Precision.BF16).storing(storage);
        try (Device device = new EmulatorDevice()) {
            assertEquals(
                    "--weights: expected f32, found " + storage + "; the emulator device reads no other",
                    assertThrows(QuipuException.class, () -> device.require(chunk(compiler, 5)))
                            .getMessage());
        }
    }
}
