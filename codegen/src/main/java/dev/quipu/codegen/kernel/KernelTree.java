package dev.quipu.codegen.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The parts of statements and values: what walks over kernels goes by. */
public final class KernelTree {
    private KernelTree() {}

    /** What a value is computed from. */
    public static List<Value> parts(Value value) {
        return switch (value) {
            case Value.Literal literal -> List.of();
            case Value.Variable variable -> List.of();
            case Value.Unary unary -> List.of(unary.argument());
            case Value.Binary binary -> List.of(binary.left(), binary.right());
            case Value.Fma fma -> List.of(fma.left(), fma.right(), fma.addend());
            case Value.Splat splat -> List.of(splat.value());
            case Value.LaneNumbers numbers -> List.of();
            case Value.Compare compare -> List.of(compare.left(), compare.right());
            case Value.Select select -> List.of(select.condition(), select.then(), select.otherwise());
            case Value.Load load -> List.of(load.memory(), load.address());
            case Value.LoadBytes load -> List.of(load.memory(), load.address());
            case Value.Shuffle shuffle -> List.of(shuffle.first(), shuffle.second());
            case Value.FirstLane first -> List.of(first.vector());
            case Value.WorkItem item -> List.of();
            case Value.Pair pair -> List.of(pair.low(), pair.high());
            case Value.Matrix matrix -> matrix.operands();
        };
    }

    /** The values that a statement itself computes, those of statements inside it excepted. */
    public static List<Value> values(Statement statement) {
        return switch (statement) {
            case Statement.Declare declare -> List.of(declare.value());
            case Statement.Assign assign -> List.of(assign.value());
            case Statement.Store store -> List.of(store.memory(), store.address(), store.value());
            case Statement.StoreMatrix store -> List.of(store.memory(), store.address(), store.sums());
            case Statement.For loop -> List.of(loop.from(), loop.to());
            case Statement.If choice -> List.of(choice.condition());
            case Statement.Call call -> call.arguments();
            case Statement.Comment comment -> List.of();
            case Statement.Allocate allocate -> List.of();
            case Statement.Barrier barrier -> List.of();
        };
    }

    /** The statements inside a statement. */
    public static List<Statement> inside(Statement statement) {
        return switch (statement) {
            case Statement.For loop -> loop.body();
            case Statement.If choice -> {
                List<Statement> both = new ArrayList<>(choice.then());
                both.addAll(choice.otherwise());
                yield both;
            }
            case Statement.Declare declare -> List.of();
            case Statement.Assign assign -> List.of();
            case Statement.Store store -> List.of();
            case Statement.StoreMatrix store -> List.of();
            case Statement.Call call -> List.of();
            case Statement.Comment comment -> List.of();
            case Statement.Allocate allocate -> List.of();
            case Statement.Barrier barrier -> List.of();
        };
    }

    /** Visits statements and all inside them, in the order of the text. */
    public static void visit(List<Statement> statements, Consumer<Statement> visitor) {
        for (Statement statement : statements) {
            visitor.accept(statement);
            visit(inside(statement), visitor);
        }
    }

    /** Visits all values that statements and those inside them compute, with all that they are computed from. */
    public static void visitValues(List<Statement> statements, Consumer<Value> visitor) {
        visit(statements, statement -> values(statement).forEach(value -> visit(value, visitor)));
    }

    /** Visits a value and all that it is computed from. */
    public static void visit(Value value, Consumer<Value> visitor) {
        parts(value).forEach(part -> visit(part, visitor));
        visitor.accept(value);
    }
}
