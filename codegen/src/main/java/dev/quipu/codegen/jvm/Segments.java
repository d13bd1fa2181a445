package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.BufferNames;
import dev.quipu.codegen.launch.Step;
import java.util.List;

/** A launch's buffers as segments; see {@link BufferNames}. */
final class Segments {
    private Segments() {}

    static List<Value.Variable> of(List<Buffer> buffers, List<Step> steps, String... roles) {
        return BufferNames.of(buffers, steps, roles).stream()
                .map(name -> new Value.Variable(name + "_buffer", KernelType.SEGMENT))
                .toList();
    }
}
