package dev.quipu.codegen.kernel;

import java.util.List;
import java.util.function.Consumer;

/** Visits everything in a body, from outside to inside. */
public final class Walk {
    private Walk() {}

    /** Every value in a list of statements, those within values included. */
    public static void values(List<Statement> statements, Consumer<Value> visitor) {
        statements.forEach(statement -> values(statement, visitor));
    }

    private static void values(Statement statement, Consumer<Value> visitor) {
        switch (statement) {
            case Statement.Declare declare -> value(declare.value(), visitor);
            case Statement.Assign assign -> value(assign.value(), visitor);
            case Statement.Store store -> {
                value(store.memory(), visitor);
                value(store.address(), visitor);
                value(store.value(), visitor);
            }
            case Statement.StoreMatrix store -> {
                value(store.memory(), visitor);
                value(store.address(), visitor);
                value(store.sums(), visitor);
            }
            case Statement.For loop -> {
                value(loop.from(), visitor);
                value(loop.to(), visitor);
                values(loop.body(), visitor);
            }
            case Statement.If choice -> {
                value(choice.condition(), visitor);
                values(choice.then(), visitor);
                values(choice.otherwise(), visitor);
            }
            case Statement.Call call -> call.arguments().forEach(argument -> value(argument, visitor));
            case Statement.Comment comment -> {}
            case Statement.Allocate allocate -> {}
            case Statement.Barrier barrier -> {}
        }
    }

    private static void value(Value value, Consumer<Value> visitor) {
        visitor.accept(value);
        switch (value) {
            case Value.Literal literal -> {}
            case Value.Variable variable -> {}
            case Value.WorkItem item -> {}
            case Value.LaneNumbers numbers -> {}
            case Value.Unary unary -> value(unary.argument(), visitor);
            case Value.Binary binary -> {
                value(binary.left(), visitor);
                value(binary.right(), visitor);
            }
            case Value.Fma fma -> {
                value(fma.left(), visitor);
                value(fma.right(), visitor);
                value(fma.addend(), visitor);
            }
            case Value.Splat splat -> value(splat.value(), visitor);
            case Value.Compare compare -> {
                value(compare.left(), visitor);
                value(compare.right(), visitor);
            }
            case Value.Select select -> {
                value(select.condition(), visitor);
                value(select.then(), visitor);
                value(select.otherwise(), visitor);
            }
            case Value.Load load -> {
                value(load.memory(), visitor);
                value(load.address(), visitor);
            }
            case Value.Shuffle shuffle -> {
                value(shuffle.first(), visitor);
                value(shuffle.second(), visitor);
            }
            case Value.FirstLane first -> value(first.vector(), visitor);
            case Value.Pair pair -> {
                value(pair.low(), visitor);
                value(pair.high(), visitor);
            }
            case Value.Matrix matrix -> matrix.operands().forEach(operand -> value(operand, visitor));
        }
    }
}
