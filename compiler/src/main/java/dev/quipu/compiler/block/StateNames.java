package dev.quipu.compiler.block;

import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.WriteState;

/** Names of state inside ops. */
public final class StateNames {
    private StateNames() {}

    /** The op without the name of the state that it touches, so that equal layers have equal ops. */
    public static Op withoutNames(Op op) {
        return switch (op) {
            case ReadState read -> new ReadState("", read.type());
            case WriteState write -> new WriteState("");
            case AccumulateState accumulate -> new AccumulateState("");
            case CacheWrite write -> new CacheWrite("");
            case Input input -> input;
            default -> op;
        };
    }
}
