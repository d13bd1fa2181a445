package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import java.util.List;

/** A phase that walks numbered units of work, the same number of them in every part but the last. */
final class PartLoop {
    private PartLoop() {}

    /** A phase over {@code units}, with about {@code unitsOfPart} in each part. */
    static Kernel.Phase phase(String name, int units, int unitsOfPart, String variable, Emitter.LoopBody body) {
        int size = Math.clamp(unitsOfPart, 1, units);
        int parts = Math.ceilDiv(units, size);
        Emitter emitter = new Emitter();
        emitter.reserve(Kernel.PART.name());
        Value from = parts == 1
                ? Emitter.integer(0)
                : emitter.let("from", Emitter.times(Kernel.PART, Emitter.integer(size)));
        Value to = parts == 1 ? Emitter.integer(units) : emitter.let("to", end(from, size, units));
        emitter.loop(variable, from, to, 1, body);
        List<Statement> statements = emitter.statements();
        return new Kernel.Phase(name, parts, statements);
    }

    private static Value end(Value from, int size, int units) {
        Value next = Emitter.plus(from, Emitter.integer(size));
        return units % size == 0 ? next : new Value.Binary(BinaryOperator.MIN, Emitter.integer(units), next);
    }
}
