package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The vectors of a method that get another value later, as what a loop sums up does. The JIT does not see of what length they are,
 * as it sees it of every other: it knows a method's {@code FloatVector}, and asks the profile of the Vector API's methods which kind of it
 * that has been. All kernels share this profile. Where it is young, or another length of vectors has run in this JVM, the call stays
 * virtual and every turn of the loop boxes, for good: measured 60 KB a launch of 48 rows. So their calls say the class.
 */
final class ChangingVectors {
    private ChangingVectors() {}

    static Set<Value.Variable> of(List<Statement> body) {
        Set<Value.Variable> changing = new HashSet<>();
        body.forEach(statement -> collect(statement, changing));
        return changing;
    }

    private static void collect(Statement statement, Set<Value.Variable> changing) {
        switch (statement) {
            case Statement.Assign(Value.Variable variable, Value value) -> {
                if (variable.type().isVector() && variable.type().kind() != Kind.BOOLEAN) {
                    changing.add(variable);
                }
            }
            case Statement.For loop -> changing.addAll(of(loop.body()));
            case Statement.If choice -> {
                changing.addAll(of(choice.then()));
                changing.addAll(of(choice.otherwise()));
            }
            case Statement.Declare declare -> {}
            case Statement.Store store -> {}
            case Statement.Call call -> {}
            case Statement.Comment comment -> {}
            case Statement.StoreMatrix store -> {}
            case Statement.Allocate allocate -> {}
            case Statement.Barrier barrier -> {}
        }
    }
}
