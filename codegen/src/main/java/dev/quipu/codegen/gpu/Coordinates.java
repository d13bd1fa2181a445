package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;

/** Takes a number apart that counts places in row-major order, the innermost dimension first. */
final class Coordinates {
    private final Emitter emitter;
    private Value rest;

    /**
     * Coordinates whose statements go to an emitter.
     *
     * @param number INT, 0 or more; a variable or a literal
     */
    Coordinates(Emitter emitter, Value number) {
        this.emitter = emitter;
        this.rest = number;
    }

    /** The place in the next dimension; a literal 0 where that has no other. */
    Value next(String name, int size) {
        if (size == 1) {
            return Emitter.integer(0);
        }
        Value place = emitter.let(name, GpuForms.remainder(rest, size));
        rest = GpuForms.divide(rest, size);
        return place;
    }

    /** The place in the last dimension: what is left. */
    Value last(String name, int size) {
        return size == 1 ? Emitter.integer(0) : emitter.let(name, rest);
    }
}
