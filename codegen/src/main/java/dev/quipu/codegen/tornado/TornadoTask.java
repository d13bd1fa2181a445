package dev.quipu.codegen.tornado;

import dev.quipu.codegen.gpu.GpuKernel;
import dev.quipu.codegen.kernel.KernelTree;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A kernel over arrays: one task of a task graph, in one of its runs.
 *
 * @param name after layer and op, as its launch; tasks of several layers have one name
 * @param launch number of the launch that it is, or is a part of
 * @param kernel as it is printed; its name is the method's
 * @param parameters names of the method's array parameters, one for each of the kernel's memories; equal ones are one
 * @param arrays names of the arrays, one for each of the kernel's memories
 * @param bases number of each memory's first element in its array
 * @param extents what the kernel may touch of each memory
 * @param call the library's product that the task is; its kernel is not printed then
 */
public record TornadoTask(
        String name,
        int launch,
        GpuKernel kernel,
        List<String> parameters,
        List<String> arrays,
        List<Integer> bases,
        List<Extent> extents,
        Optional<LibraryCall> call) {
    /** Arguments of a task that are not arrays: context, iteration, places, entry, stride. */
    public static final int OTHER_ARGUMENTS = 5;

    public TornadoTask {
        parameters = List.copyOf(parameters);
        arrays = List.copyOf(arrays);
        bases = List.copyOf(bases);
        extents = List.copyOf(extents);
        int memories = kernel.memories().size();
        if (parameters.size() != memories
                || arrays.size() != memories
                || bases.size() != memories
                || extents.size() != memories) {
            throw new AssertionError(kernel.name() + ": " + parameters + ", " + arrays + ", " + bases);
        }
    }

    /** What tasks must agree in to be one task that runs several times. */
    record Key(String kernel, List<String> arrays) {}

    Key key() {
        return new Key(kernel.name(), arrays);
    }

    /** The arrays that are passed, in the order of the parameters. */
    List<String> distinctArrays() {
        return arrays.stream().distinct().toList();
    }

    /** The arrays that it writes to. */
    Set<String> written() {
        if (call.isPresent()) {
            return Set.of(arrays.getLast());
        }
        Set<Value> stored = new HashSet<>();
        KernelTree.visit(kernel.body(), statement -> {
            if (statement instanceof Statement.Store store) {
                stored.add(store.memory());
            } else if (statement instanceof Statement.StoreMatrix store) {
                stored.add(store.memory());
            }
        });
        return IntStream.range(0, arrays.size())
                .filter(i -> stored.contains(kernel.memories().get(i).array()))
                .mapToObj(arrays::get)
                .collect(Collectors.toSet());
    }

    int arguments() {
        return OTHER_ARGUMENTS + distinctArrays().size();
    }
}
