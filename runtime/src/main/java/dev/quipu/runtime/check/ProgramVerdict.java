package dev.quipu.runtime.check;

import dev.quipu.runtime.emulator.Fault;
import dev.quipu.runtime.emulator.Faults;
import dev.quipu.runtime.emulator.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the emulator says of a program.
 *
 * @param program what it does, for people
 * @param kernels each task, in the order in which they first ran, and each graph that is wrong
 * @param refusal why the compiler makes no such program of the model; empty where it does
 */
public record ProgramVerdict(String program, List<KernelVerdict> kernels, Optional<String> refusal) {
    public ProgramVerdict {
        kernels = List.copyOf(kernels);
    }

    /** Runs a program to its end, whatever is wrong with it. */
    static ProgramVerdict of(String program, Runnable run) {
        Observation observed = Faults.observe(run);
        List<String> graphs = observed.faults().stream()
                .map(Fault::task)
                .filter(task -> !observed.launches().containsKey(task))
                .distinct()
                .toList();
        List<KernelVerdict> kernels = new ArrayList<>();
        observed.launches().forEach((task, launches) -> kernels.add(kernel(task, launches, observed)));
        graphs.forEach(graph -> kernels.add(kernel(graph, 0, observed)));
        return new ProgramVerdict(program, kernels, Optional.empty());
    }

    private static KernelVerdict kernel(String name, int launches, Observation observed) {
        List<Fault> faults = observed.faults().stream()
                .filter(fault -> fault.task().equals(name))
                .toList();
        return new KernelVerdict(name, launches, faults);
    }

    static ProgramVerdict refused(String program, String reason) {
        return new ProgramVerdict(program, List.of(), Optional.of(reason));
    }

    /** Whether nothing is wrong with what there is. */
    public boolean isClean() {
        return kernels.stream().allMatch(KernelVerdict::isClean);
    }
}
