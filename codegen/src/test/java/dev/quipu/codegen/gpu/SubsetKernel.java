package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Statement.Sharing;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import java.util.List;
import java.util.function.Consumer;

/** Small kernels of 64 work-items over one buffer of each type, {@code x} and {@code t}. */
final class SubsetKernel {
    static final Value ITEM = new Value.WorkItem(Value.Numbering.ITEM);
    static final Value GROUP = new Value.WorkItem(Value.Numbering.GROUP);
    static final GpuKernel.Memory X = memory("x", KernelType.FLOATS);
    static final GpuKernel.Memory T = memory("t", KernelType.INTS);

    private SubsetKernel() {}

    private static GpuKernel.Memory memory(String name, KernelType type) {
        return new GpuKernel.Memory(new Value.Variable(name, type), new Value.Variable(name + "_base", KernelType.INT));
    }

    static GpuKernel of(Consumer<Emitter> body) {
        Emitter emitter = new Emitter();
        body.accept(emitter);
        return new GpuKernel("tested", List.of(), List.of(X, T), 4, 64, emitter.statements());
    }

    /** A kernel that stores one FLOAT or INT in its first element. */
    static GpuKernel storing(Value value) {
        return of(emitter -> emitter.add(store(value, Emitter.integer(0))));
    }

    static Statement store(Value value, Value index) {
        GpuKernel.Memory memory = value.type().equals(KernelType.INT) ? T : X;
        return new Statement.Store(memory.array(), Emitter.plus(memory.base(), index), value);
    }

    static Value x(Value index) {
        return new Value.Load(KernelType.FLOAT, X.array(), Emitter.plus(X.base(), index));
    }

    static Value t(Value index) {
        return new Value.Load(KernelType.INT, T.array(), Emitter.plus(T.base(), index));
    }

    static Value binary(BinaryOperator operator, Value left, Value right) {
        return new Value.Binary(operator, left, right);
    }

    static Value binary(BinaryOperator operator, Value left, int right) {
        return binary(operator, left, Emitter.integer(right));
    }

    static Value compare(Comparison comparison, Value left, Value right) {
        return new Value.Compare(comparison, left, right);
    }

    static Value.Variable array(String name) {
        return new Value.Variable(name, KernelType.ARRAY);
    }

    static Value element(Value.Variable array, Value index) {
        return new Value.Load(KernelType.FLOAT, array, index);
    }

    /** A kernel with an array of 64 elements. */
    static GpuKernel withArray(Sharing sharing, ArrayBody body) {
        return of(emitter -> {
            Value.Variable array = array("tile");
            emitter.add(new Statement.Allocate(array, sharing, 64));
            body.emit(emitter, array);
        });
    }

    /** What a kernel does with its array. */
    @FunctionalInterface
    interface ArrayBody {
        void emit(Emitter emitter, Value.Variable array);
    }
}
