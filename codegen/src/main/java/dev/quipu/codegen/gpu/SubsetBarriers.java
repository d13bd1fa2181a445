package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.KernelTree;
import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Refuses barriers that not all work-items of a group may reach: those under conditions and in loops whose bounds differ from
 * item to item. A variable differs when its value depends on the item's number or on an item's own array, or when it is set
 * under a condition that differs; what all read at one place of other memory is the same. What a warp does together is refused
 * at the same places.
 */
final class SubsetBarriers {
    private final GpuKernel kernel;
    private final Refusals refusals;
    private final Set<String> differing = new HashSet<>();
    private final Set<String> own = new HashSet<>();

    SubsetBarriers(GpuKernel kernel, Refusals refusals) {
        this.kernel = kernel;
        this.refusals = refusals;
    }

    void check() {
        KernelTree.visit(kernel.body(), statement -> {
            if (statement instanceof Statement.Allocate allocate && allocate.sharing() == Statement.Sharing.ITEM) {
                own.add(allocate.array().name());
            }
        });
        int known;
        do {
            known = differing.size();
            spread(kernel.body(), false);
        } while (differing.size() > known);
        barriers(kernel.body(), "");
    }

    private void spread(List<Statement> statements, boolean under) {
        for (Statement statement : statements) {
            boolean differs = under || differs(statement);
            switch (statement) {
                case Statement.Declare declare -> mark(declare.variable(), differs);
                case Statement.Assign assign -> mark(assign.variable(), differs);
                case Statement.For loop -> mark(loop.variable(), differs);
                case Statement.If choice -> {}
                case Statement.Store store -> {}
                case Statement.StoreMatrix store -> {}
                case Statement.Call call -> {}
                case Statement.Comment comment -> {}
                case Statement.Allocate allocate -> {}
                case Statement.Barrier barrier -> {}
            }
            spread(KernelTree.inside(statement), differs);
        }
    }

    private void mark(Value.Variable variable, boolean differs) {
        if (differs) {
            differing.add(variable.name());
        }
    }

    /** Whether one of the statement's own values differs between the items of a group. */
    private boolean differs(Statement statement) {
        return KernelTree.values(statement).stream().anyMatch(this::differs);
    }

    private boolean differs(Value value) {
        boolean here = switch (value) {
            case Value.WorkItem item -> item.numbering() == Value.Numbering.ITEM;
            case Value.Variable variable -> differing.contains(variable.name());
            case Value.Load load ->
                load.memory().type().kind() == Kind.ARRAY && own.contains(Refusals.name(load.memory()));
            case Value.Literal literal -> false;
            case Value.Unary unary -> false;
            case Value.Binary binary -> false;
            case Value.Fma fma -> false;
            case Value.Splat splat -> false;
            case Value.LaneNumbers numbers -> false;
            case Value.Compare compare -> false;
            case Value.Select select -> false;
            case Value.Shuffle shuffle -> false;
            case Value.FirstLane first -> false;
            case Value.LoadBytes load -> false;
            case Value.Pair pair -> false;
            case Value.Matrix matrix -> false; // no number of it can be asked for
        };
        return here || KernelTree.parts(value).stream().anyMatch(this::differs);
    }

    private static boolean isTogether(Statement statement) {
        return statement instanceof Statement.StoreMatrix
                || KernelTree.values(statement).stream().anyMatch(value -> value instanceof Value.Matrix);
    }

    private void together(Statement statement, String around) {
        if (!around.isEmpty()) {
            refusals.add(
                    statement,
                    "matrices under a " + around + " that differs between work-items",
                    "all of a warp take part");
        }
    }

    private void barriers(List<Statement> statements, String around) {
        for (Statement statement : statements) {
            if (statement instanceof Statement.Barrier && !around.isEmpty()) {
                refusals.add(
                        statement, "under a " + around + " that differs between work-items", "some would not reach it");
            }
            if (isTogether(statement)) {
                together(statement, around);
            }
            boolean differs = around.isEmpty() && differs(statement);
            barriers(KernelTree.inside(statement), differs ? Refusals.place(statement) : around);
        }
    }
}
