package dev.quipu.runtime.op;

import static dev.quipu.runtime.op.Values.cycle;
import static dev.quipu.runtime.op.Values.integers;
import static dev.quipu.runtime.op.Values.normal;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.Custom;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.WriteState;
import java.util.List;

/** Sources, state, and calls of users' functions. */
final class StateRows {
    private StateRows() {}

    static List<OpRow> rows() {
        String type = "row=5 channel=37";
        return List.of(
                OpRow.of("numbers", Input.class, in -> in[0].node())
                        .input("x", type, normal(1))
                        .gives(type)
                        .like(in -> in)
                        .within(Accuracy.EXACT),
                OpRow.of("integers", Input.class, in -> in[0].node())
                        .input("x", "i32 batch=2 sequence=7", integers(-9, 9))
                        .gives("i32 batch=2 sequence=7")
                        .like(in -> in)
                        .within(Accuracy.EXACT),
                OpRow.of("numbers", ReadState.class, in -> in[0].node())
                        .state("x", type, normal(1))
                        .gives(type)
                        .like(in -> in)
                        .within(Accuracy.EXACT),
                constant(0, "one=1"),
                constant(-0.1f, type),
                OpRow.of("replaces", WriteState.class, in -> Tensor.apply(new WriteState("x"), in[0].plus(in[1])))
                        .state("x", type, normal(1))
                        .input("y", type, normal(1))
                        .like(in -> sum(in.get(0), in.get(1))),
                OpRow.of("adds", AccumulateState.class, in -> Tensor.apply(new AccumulateState("x"), in[1]))
                        .state("x", type, normal(1))
                        .input("y", type, normal(1))
                        .like(in -> sum(in.get(0), in.get(1))),
                OpRow.of("adds one number", AccumulateState.class, in -> Tensor.apply(new AccumulateState("x"), in[1]))
                        .state("x", "one=1", cycle(3))
                        .input("y", "one=1", cycle(4))
                        .like(in -> sum(in.get(0), in.get(1))),
                custom());
    }

    private static OpRow constant(float value, String type) {
        return OpRow.of(value + " in " + type, new Constant(value, Leaf.type(type)))
                .gives(type)
                .like(in -> List.of(Array.of(Leaf.type(type), i -> value)))
                .within(Accuracy.EXACT);
    }

    private static List<Array> sum(Array left, Array right) {
        return List.of(Array.of(left.type(), i -> left.get(i) + right.get(i)));
    }

    /** Squares scaled by a weight, with their derivative written by hand. */
    private static OpRow custom() {
        String type = "row=5 channel=20";
        Custom op = Custom.of(
                "squares",
                in -> Tensor.formula("x * x * weight", in.get(0), in.get(1)),
                (in, output, gradient) -> List.of(
                        Tensor.formula("2 * x * weight * g", in.get(0), in.get(1), gradient),
                        Tensor.formula("x * x * g", in.get(0), gradient)
                                .sumTo(in.get(1).shape())));
        return OpRow.of("squares", Call.class, in -> op.apply(in).node())
                .input("x", type, normal(1))
                .input("weight", "channel=20", normal(1))
                .gives(type)
                .like(Elements.each(
                        type, (in, i) -> Math.pow(Elements.at(in.get(0), i), 2) * Elements.at(in.get(1), i)));
    }
}
