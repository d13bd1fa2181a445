package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.variable;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import java.util.List;

/**
 * Head vectors as rows of a right factor: where they lie in a tensor, or copies side by side. Those in bf16 are copied to become
 * f32, and rows whole pages apart because they would share few sets of a cache.
 *
 * @param memory a tensor or scratch memory
 * @param begin where the first row lies in a tensor; copies begin theirs
 * @param bytes from one row to the next
 */
record HeadRows(Value.Variable memory, List<Value.Variable> begin, int bytes) {
    private static final int PAGE = 4096;

    /** Rows of a tensor that begin at an address, or their copies. */
    static HeadRows of(AttentionGeometry geometry, Value.Variable tensor, Value.Variable at, int bytes, String copies) {
        if (areCopied(geometry, bytes)) {
            return new HeadRows(variable(copies, KernelType.SEGMENT), List.of(), geometry.headRow());
        }
        return new HeadRows(tensor, List.of(at), bytes);
    }

    private static boolean areCopied(AttentionGeometry geometry, int bytes) {
        KernelType factors = Segments.type(geometry.launch().buffers().getFirst());
        return !factors.equals(KernelType.SEGMENT) || bytes % PAGE == 0;
    }

    /** What a method needs in order to read them. */
    List<Value.Variable> parameters() {
        return areCopies() ? List.of(memory) : List.of(memory, begin.getFirst());
    }

    boolean areCopies() {
        return begin.isEmpty();
    }

    /** Address of a row. */
    Value at(Value row) {
        Value offset = times(toLong(row), (long) bytes);
        return areCopies() ? offset : plus(begin.getFirst(), offset);
    }
}
