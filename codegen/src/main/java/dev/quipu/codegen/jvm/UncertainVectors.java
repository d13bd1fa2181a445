package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The vectors of a method whose class the JIT may not see where they are used, as it sees it of every other.
 *
 * <p>Those that get another value later, as what a loop sums up does: it knows a method's {@code FloatVector}, and asks the profile of
 * the Vector API's methods which kind of it that has been. All kernels share this profile. Where it is young, or another length of
 * vectors has run in this JVM, the call stays virtual and every turn of the loop boxes, for good: measured 60 KB a launch of 48 rows.
 *
 * <p>Those that a blend gives, until all of it is inlined: where the JIT comes to a store of one first, it makes an object of each, for
 * good. Measured in one of four runs: 5 MB a launch of 2048 rows.
 *
 * <p>So their calls say the class.
 */
final class UncertainVectors {
    private UncertainVectors() {}

    static Set<Value.Variable> of(List<Statement> body) {
        Set<Value.Variable> uncertain = new HashSet<>();
        body.forEach(statement -> collect(statement, uncertain));
        return uncertain;
    }

    private static void collect(Statement statement, Set<Value.Variable> uncertain) {
        switch (statement) {
            case Statement.Assign(Value.Variable variable, Value value) -> {
                if (variable.type().isVector() && variable.type().kind() != Kind.BOOLEAN) {
                    uncertain.add(variable);
                }
            }
            case Statement.Declare(Value.Variable variable, Value value) -> {
                if (isUncertain(value)) {
                    uncertain.add(variable);
                }
            }
            case Statement.For loop -> uncertain.addAll(of(loop.body()));
            case Statement.If choice -> {
                uncertain.addAll(of(choice.then()));
                uncertain.addAll(of(choice.otherwise()));
            }
            case Statement.Store store -> {}
            case Statement.Call call -> {}
            case Statement.Comment comment -> {}
            case Statement.StoreMatrix store -> {}
            case Statement.Allocate allocate -> {}
            case Statement.Barrier barrier -> {}
        }
    }

    /** Whether a value that is no variable is one of them. */
    static boolean isUncertain(Value value) {
        return value instanceof Value.Select select && select.type().isVector();
    }
}
