package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Value;
import java.util.List;

/** Prints what checks the ranges of a method. It makes no slices: not every one is inlined away, and then each is an object. */
record JvmRanges(JvmExpressions expressions) {
    /** Statements without their semicolons. */
    List<String> print(Method.Range range) {
        boolean halved = range.memory().type().kind() == Kind.BSEGMENT;
        String buffer = range.memory().name();
        String place = buffer + ".address() + Objects.checkFromIndexSize(" + print(range.from(), halved) + ", "
                + print(range.bytes(), halved) + ", " + buffer + ".byteSize())";
        String memory =
                expressions.constant("MemorySegment", "MEMORY", "MemorySegment.NULL.reinterpret(Long.MAX_VALUE)");
        return List.of(
                "long " + range.place().name() + " = " + (halved ? "(" + place + ") * 2L" : place),
                buffer + " = " + memory);
    }

    private String print(Value address, boolean halved) {
        return expressions.print(halved ? JvmExpressions.halved(address) : address);
    }
}
