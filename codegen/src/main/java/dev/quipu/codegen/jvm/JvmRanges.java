package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Value;
import java.util.List;

/** Prints what checks the ranges of a method. */
record JvmRanges(JvmExpressions expressions) {
    /** Statements without their semicolons. */
    List<String> print(Method.Range range) {
        boolean halved = range.memory().type().kind() == Kind.BSEGMENT;
        String place = range.memory().name() + ".asSlice(" + print(range.from(), halved) + ", "
                + print(range.bytes(), halved) + ").address()" + (halved ? " * 2L" : "");
        String memory =
                expressions.constant("MemorySegment", "MEMORY", "MemorySegment.NULL.reinterpret(Long.MAX_VALUE)");
        return List.of(
                "long " + range.place().name() + " = " + place, range.memory().name() + " = " + memory);
    }

    private String print(Value address, boolean halved) {
        return expressions.print(halved ? JvmExpressions.halved(address) : address);
    }
}
