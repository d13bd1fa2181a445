package dev.quipu.codegen.kernel;

import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.UnaryOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Builds a list of statements with fresh names: what lowerings write kernels with. */
public final class Emitter {
    private final List<Statement> statements = new ArrayList<>();
    private final FreshNames names;

    /** An emitter for a kernel's body; no name is taken yet. */
    public Emitter() {
        this(new FreshNames());
    }

    private Emitter(FreshNames names) {
        this.names = names;
    }

    /** What it has been given so far; lowerings may put statements in front. */
    public List<Statement> statements() {
        return statements;
    }

    /** A statement behind the others. */
    public void add(Statement statement) {
        statements.add(statement);
    }

    /** An emitter for a body of its own, whose names are fresh here too. */
    public Emitter nested() {
        return new Emitter(names);
    }

    /** Keeps a name from being given to a variable. */
    public void reserve(String name) {
        names.take(name);
    }

    /** A new variable with a value. */
    public Value.Variable let(String wanted, Value value) {
        Value.Variable variable = new Value.Variable(fresh(wanted), value.type());
        add(new Statement.Declare(variable, value));
        return variable;
    }

    /** A loop of INT {@code from} to {@code to}, exclusive; the body gets the variable and an emitter of its own. */
    public void loop(String wanted, Value from, Value to, int step, LoopBody body) {
        Value.Variable variable = new Value.Variable(fresh(wanted), KernelType.INT);
        Emitter inner = nested();
        body.emit(inner, variable);
        add(new Statement.For(variable, from, to, step, inner.statements));
    }

    /** What a loop does. */
    @FunctionalInterface
    public interface LoopBody {
        void emit(Emitter emitter, Value.Variable variable);
    }

    /** Statements under a condition. */
    public void when(Value condition, Consumer<Emitter> body) {
        Emitter inner = nested();
        body.accept(inner);
        add(new Statement.If(condition, inner.statements, List.of()));
    }

    /** A name that nobody has: {@code wanted}, or with a number behind it. */
    public String fresh(String wanted) {
        return names.of(wanted);
    }

    /** An INT. */
    public static Value.Literal integer(long value) {
        return new Value.Literal(KernelType.INT, value);
    }

    /** A FLOAT, in every lane. */
    public static Value.Literal number(double value, int lanes) {
        return new Value.Literal(KernelType.floats(lanes), value);
    }

    /** The sum, without the terms that are zero. */
    public static Value plus(Value left, Value right) {
        if (isInteger(left, 0)) {
            return right;
        }
        return isInteger(right, 0) ? left : new Value.Binary(BinaryOperator.ADD, left, right);
    }

    /** Adds a constant of the value's own integer type. */
    public static Value plus(Value left, long right) {
        return plus(left, new Value.Literal(left.type(), right));
    }

    /** The difference. */
    public static Value minus(Value left, Value right) {
        return new Value.Binary(BinaryOperator.SUBTRACT, left, right);
    }

    /** The product, without integer factors that are one. */
    public static Value times(Value left, Value right) {
        if (isInteger(left, 1)) {
            return right;
        }
        return isInteger(right, 1) ? left : new Value.Binary(BinaryOperator.MULTIPLY, left, right);
    }

    /** Multiplies with a constant of the value's own integer type. */
    public static Value times(Value left, long right) {
        return left instanceof Value.Literal literal
                ? new Value.Literal(left.type(), literal.value() * right)
                : times(left, new Value.Literal(left.type(), right));
    }

    /** An INT as a LONG. */
    public static Value toLong(Value value) {
        return value instanceof Value.Literal literal
                ? new Value.Literal(KernelType.LONG, literal.value())
                : new Value.Unary(UnaryOperator.TO_LONG, value);
    }

    private static boolean isInteger(Value value, long expected) {
        return value instanceof Value.Literal literal
                && literal.value() == expected
                && literal.type().kind() != KernelType.Kind.FLOAT;
    }

    /**
     * All lanes as one number, by a tree of halves: {@code reduceLanes(ADD)} would change its last bits when the JIT takes
     * over.
     */
    public Value lanes(BinaryOperator operator, Value vector) {
        Value current = vector;
        int lanes = vector.type().lanes();
        for (int half = lanes / 2; half >= 1; half /= 2) {
            current = let("half", new Value.Binary(operator, current, turned(current, half)));
        }
        return lanes == 1 ? current : let("total", new Value.FirstLane(current));
    }

    /** The lanes of a vector, each from some lanes further on, in a circle. */
    public static Value turned(Value vector, int turn) {
        int lanes = vector.type().lanes();
        List<Integer> sources = IntStream.range(0, lanes)
                .map(lane -> (lane + turn) % lanes)
                .boxed()
                .toList();
        return new Value.Shuffle(vector, vector, sources);
    }
}
