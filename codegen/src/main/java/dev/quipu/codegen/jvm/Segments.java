package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.BufferNames;
import dev.quipu.codegen.launch.Step;
import java.util.List;
import java.util.stream.IntStream;

/** A launch's buffers as segments; see {@link BufferNames}. */
final class Segments {
    private Segments() {}

    static List<Value.Variable> of(List<Buffer> buffers, List<Step> steps, String... roles) {
        List<String> names = BufferNames.of(buffers, steps, roles);
        return IntStream.range(0, buffers.size())
                .mapToObj(i -> of(names.get(i) + "_buffer", buffers.get(i)))
                .toList();
    }

    static Value.Variable of(String name, Buffer buffer) {
        return new Value.Variable(name, type(buffer));
    }

    static KernelType type(Buffer buffer) {
        return switch (buffer.dtype()) {
            case F32, I32 -> KernelType.SEGMENT;
            case BF16 -> KernelType.BSEGMENT;
            case INT8 -> KernelType.ISEGMENT;
        };
    }
}
