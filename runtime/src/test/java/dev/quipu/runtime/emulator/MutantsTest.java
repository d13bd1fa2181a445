package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.gpu.GpuKernel;
import dev.quipu.codegen.kernel.KernelTree;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.codegen.tornado.TornadoTask;
import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The kernels of a model's gradient, as they are lowered and with one mistake each. */
class MutantsTest {
    /** So large that each loop with a barrier runs twice: a barrier at the end of a loop that runs once is none. */
    private static final Model MODEL =
            Llama.of(new LlamaConfig(40, 1, 2, 1, 20, 40, MutantRun.VOCABULARY, 160, 1e-5, 1e4, false, 0));

    /** It stores where the kernel before it has counted something, and alone it finds nothing counted. */
    private static final String LED_BY_NUMBERS = "embedding_embedding_backward_gradient_add";

    private static final TornadoProgram PROGRAM =
            LoweredRun.lower(new Compiler(true).gradient(MODEL, 1, 148).scheduled());

    /** The first task of each kernel, by the kernel's name. */
    private static Map<String, TornadoTask> tasks() {
        Map<String, TornadoTask> tasks = new LinkedHashMap<>();
        PROGRAM.tasks().forEach(task -> tasks.putIfAbsent(task.kernel().name(), task));
        return tasks;
    }

    private static List<MutantRun.Mutant> mutants(KernelMutation.Kind kind) {
        List<MutantRun.Mutant> mutants = new ArrayList<>();
        for (TornadoTask task : tasks().values()) {
            for (GpuKernel kernel : KernelMutation.all(task.kernel(), kind)) {
                mutants.add(new MutantRun.Mutant(task, kernel));
            }
        }
        return mutants;
    }

    /** Names of the kernels whose mutants are found to be right. */
    private static List<String> unfound(TornadoProgram program, List<MutantRun.Mutant> mutants) {
        MutantRun run = new MutantRun(program, mutants);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < mutants.size(); i++) {
            if (run.fault(i, mutants.get(i)).isEmpty()) {
                names.add(mutants.get(i).kernel().name());
            }
        }
        return names;
    }

    @Test
    void eachBarrierThatIsLeftOutIsFound() {
        List<MutantRun.Mutant> mutants = mutants(KernelMutation.Kind.BARRIER_LEFT_OUT);
        assertTrue(mutants.size() > 50, () -> mutants.size() + " barriers");
        assertEquals(List.of(), unfound(PROGRAM, mutants));
    }

    @Test
    void eachBufferThatIsStoredOneTooFarIsFound() {
        List<MutantRun.Mutant> mutants = mutants(KernelMutation.Kind.BUFFER_STORED_ONE_TOO_FAR);
        assertTrue(mutants.size() > 50, () -> mutants.size() + " stores");
        assertEquals(List.of(LED_BY_NUMBERS), unfound(PROGRAM, mutants));
    }

    /** What a buffer held before a launch that only writes to it counts for nothing. */
    @Test
    void eachBufferThatIsNotStoredIsFound() {
        TornadoProgram small =
                LoweredRun.lower(new Compiler(true).gradient(MODEL, 1, 5).scheduled());
        Map<String, MutantRun.Mutant> mutants = new LinkedHashMap<>();
        for (TornadoTask task : small.tasks()) {
            if (storesOnlyFresh(task)) {
                KernelMutation.all(task.kernel(), KernelMutation.Kind.BUFFER_STORE_LEFT_OUT)
                        .forEach(kernel -> mutants.putIfAbsent(kernel.name(), new MutantRun.Mutant(task, kernel)));
            }
        }
        assertTrue(mutants.size() > 15, () -> mutants.size() + " stores");
        assertEquals(List.of(), unfound(small, List.copyOf(mutants.values())));
    }

    private static boolean storesOnlyFresh(TornadoTask task) {
        Set<String> stored = new HashSet<>();
        KernelTree.visit(task.kernel().body(), statement -> {
            if (statement instanceof Statement.Store store && store.memory() instanceof Value.Variable memory) {
                stored.add(memory.name());
            }
        });
        return IntStream.range(0, task.extents().size())
                .filter(i ->
                        stored.contains(task.kernel().memories().get(i).array().name()))
                .allMatch(i -> task.extents().get(i).fresh());
    }

    @Test
    void nothingIsFoundWhereNothingIsWrong() {
        List<MutantRun.Mutant> right = tasks().values().stream()
                .map(task -> new MutantRun.Mutant(task, task.kernel()))
                .toList();
        assertEquals(right.stream().map(mutant -> mutant.kernel().name()).toList(), unfound(PROGRAM, right));
    }
}
