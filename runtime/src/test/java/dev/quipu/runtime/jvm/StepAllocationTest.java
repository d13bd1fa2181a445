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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A training step leaves the heap alone once the JIT is done with its kernels. */
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
        private WarmSteps() {}

        public static void main(String[] arguments) {
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
    }
}
