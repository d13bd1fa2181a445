package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names of buffers in generated source: after the value that is first loaded from them or stored to them. */
final class BufferNames {
    private BufferNames() {}

    static List<Value.Variable> of(List<Buffer> buffers, List<Step> steps) {
        List<Value.Variable> names = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < buffers.size(); i++) {
            String name = name(i, steps);
            String unique = taken.add(name) ? name : name + i;
            taken.add(unique);
            names.add(new Value.Variable(unique, KernelType.SEGMENT));
        }
        return names;
    }

    private static String name(int buffer, List<Step> steps) {
        for (Step step : steps) {
            switch (step) {
                case Step.Load load
                when load.access().buffer() == buffer -> {
                    return load.name() + "_buffer";
                }
                case Step.Store store
                when store.access().buffer() == buffer -> {
                    return store.name() + "_buffer";
                }
                default -> {}
            }
        }
        return "buffer" + buffer;
    }
}
