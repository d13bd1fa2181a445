package dev.quipu.codegen.tornado;

import dev.quipu.codegen.gpu.GpuKernel;
import dev.quipu.codegen.kernel.KernelTree;
import dev.quipu.codegen.kernel.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The memories that one kernel of a launch touches: the others are no arguments of its task. */
final class UsedMemories {
    private UsedMemories() {}

    /** Their numbers, ascending. */
    static List<Integer> of(GpuKernel kernel) {
        Set<String> names = new HashSet<>();
        KernelTree.visitValues(kernel.body(), value -> {
            if (value instanceof Value.Variable variable) {
                names.add(variable.name());
            }
        });
        return IntStream.range(0, kernel.memories().size())
                .filter(i -> names.contains(kernel.memories().get(i).array().name()))
                .boxed()
                .toList();
    }
}
