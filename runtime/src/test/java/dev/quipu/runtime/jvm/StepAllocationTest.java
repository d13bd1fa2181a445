package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A training step of a small model leaves the heap alone once the JIT is done with its kernels, in a JVM that has used vectors of
 * other lengths before. (That kernels say the class of the vectors that their loops change is held by the golden texts: this
 * test passed without it, too.)
 */
@Timeout(240)
class StepAllocationTest {
    private static final int BATCH = 2;
    private static final int SEQUENCE = 24;

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void aWarmStepAllocatesNothing(Precision precision) throws IOException, InterruptedException {
        try (JvmDevice device = new JvmDevice(1)) {
            assumeTrue(device.precisions().contains(precision), precision + " needs oneDNN");
        }
        assertEquals("0 bytes", Allocations.printedBy(WarmSteps.class, precision.name()));
    }

    /** Says what warm steps take from the heap. */
    static final class WarmSteps {
        private static final int OTHER_CALLS = 30_000;
        private static final List<VectorSpecies<Float>> OTHERS = Stream.of(
                        FloatVector.SPECIES_64,
                        FloatVector.SPECIES_128,
                        FloatVector.SPECIES_256,
                        FloatVector.SPECIES_512)
                .filter(species -> !species.equals(FloatVector.SPECIES_MAX))
                .toList();

        private WarmSteps() {}

        public static void main(String[] arguments) {
            useOtherLengths();
            Llama model = Llama.of(new LlamaConfig(32, 2, 2, 1, 16, 88, 96, 64, 1e-5, 1e4, false, 0));
            Compiler compiler = new Compiler(false).in(Precision.valueOf(arguments[0]));
            try (JvmDevice device = new JvmDevice(2);
                    State state = new State()) {
                state.initialise(Trace.parameters(model), 1);
                try (Executable gradient = device.load(
                                compiler.gradient(model, BATCH, SEQUENCE).scheduled(), state);
                        Executable update =
                                device.load(compiler.update(model, AdamW.LLAMA).scheduled(), state)) {
                    gradient.input(Traced.SCALE).setFloat(0, 1f / (BATCH * SEQUENCE));
                    update.input(AdamW.LEARNING_RATE).setFloat(0, 1e-4f);
                    update.input(AdamW.CORRECTION_1).setFloat(0, 1);
                    update.input(AdamW.CORRECTION_2).setFloat(0, 1);
                    long bytes = Allocations.whenWarm(device.pool(), () -> {
                        gradient.run();
                        update.run();
                    });
                    System.out.println(bytes + " bytes");
                }
            }
        }

        private static void useOtherLengths() {
            List<FloatVector> sums = new ArrayList<>(OTHERS.stream()
                    .map(species -> (FloatVector) species.broadcast(0))
                    .toList());
            for (int i = 0; i < OTHER_CALLS; i++) {
                int other = i % sums.size();
                FloatVector sum = sums.get(other);
                sums.set(other, sum.add(sum).max(sum).sub(sum).mul(sum));
            }
        }
    }
}
