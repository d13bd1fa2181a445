package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.codegen.tornado.TornadoTask;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs of a model in bf16 for a GPU with matrix units, and their attention without one of its barriers. */
class MatrixMutantsTest {
    /** Heads of 16, and so many keys that the last queries see two tiles of them. */
    private static final LlamaConfig CONFIG =
            new LlamaConfig(32, 1, 2, 1, 16, 40, MutantRun.VOCABULARY, 160, 1e-5, 1e4, false, 0);

    private static final TornadoProgram PROGRAM = LoweredRun.lower(
            new Compiler(true)
                    .in(Precision.BF16)
                    .gradient(Llama.of(CONFIG), 1, 100)
                    .scheduled(),
            GpuTarget.MATRICES);

    @Test
    void aGradientIsClean() {
        assertEquals(List.of(), LoweredRun.faults(PROGRAM, MutantRun.VOCABULARY));
    }

    /**
     * Barriers of the forward kernel, and of those of keys' and of queries' gradients. One of the latter is for TornadoVM alone:
     * behind it items read what they have written themselves.
     */
    @ParameterizedTest
    @CsvSource({"0, 6, -1", "1, 11, 5", "2, 9, 5"})
    void eachBarrierThatIsLeftOutIsFound(int number, int barriers, int needless) {
        TornadoTask attention = PROGRAM.tasks().stream()
                .filter(task -> task.kernel().usesMatrices())
                .skip(number)
                .findFirst()
                .orElseThrow();
        List<MutantRun.Mutant> mutants =
                KernelMutation.all(attention.kernel(), KernelMutation.Kind.BARRIER_LEFT_OUT).stream()
                        .map(kernel -> new MutantRun.Mutant(attention, kernel))
                        .toList();
        assertEquals(barriers, mutants.size());
        MutantRun run = new MutantRun(PROGRAM, mutants);
        for (int i = 0; i < mutants.size(); i++) {
            assertEquals(i != needless, isFound(run.fault(i, mutants.get(i))), "barrier " + i);
        }
        MutantRun right = new MutantRun(PROGRAM, List.of(new MutantRun.Mutant(attention, attention.kernel())));
        assertFalse(isFound(right.fault(0, new MutantRun.Mutant(attention, attention.kernel()))));
    }

    /** Room that no work-item writes is no fault: the gradients' two kernels share it. */
    private static boolean isFound(Optional<String> fault) {
        return fault.filter(text -> !text.startsWith("nobody wrote")).isPresent();
    }
}
