package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.KernelTree;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Refuses forms that GPUs do not have at all, names out of scope and values of the wrong type. */
final class SubsetForms {
    private final GpuKernel kernel;
    private final GpuTarget target;
    private final Refusals refusals;
    private final Set<String> counters = new HashSet<>();

    SubsetForms(GpuKernel kernel, GpuTarget target, Refusals refusals) {
        this.kernel = kernel;
        this.target = target;
        this.refusals = refusals;
    }

    void check() {
        Map<String, KernelType> names = new HashMap<>();
        for (GpuKernel.Memory memory : kernel.memories()) {
            Kind kind = memory.array().type().kind();
            if (!memory.array().type().isDeviceArray() || memory.base().type().kind() != Kind.INT) {
                refusals.add(
                        "memory " + memory.array().name(),
                        "type " + kind,
                        "a memory is FLOATS, BFLOATS or INTS with an INT base");
            }
            for (Value.Variable variable : List.of(memory.array(), memory.base())) {
                if (names.put(variable.name(), variable.type()) != null) {
                    refusals.add("memory " + memory.array().name(), "name " + variable.name(), "another memory has it");
                }
            }
            counters.add(memory.base().name());
        }
        block(kernel.body(), names);
    }

    private void block(List<Statement> statements, Map<String, KernelType> outer) {
        Map<String, KernelType> names = new HashMap<>(outer);
        for (Statement statement : statements) {
            for (Value value : KernelTree.values(statement)) {
                value(statement, value, names);
            }
            statement(statement, names);
        }
    }

    private void statement(Statement statement, Map<String, KernelType> names) {
        switch (statement) {
            case Statement.Declare declare -> declare(declare, names);
            case Statement.Assign assign -> assign(assign, names);
            case Statement.Store store -> {
                access(statement, store.memory(), store.address());
                expect(statement, store.value(), element(store.memory().type()));
            }
            case Statement.StoreMatrix store -> {
                expect(statement, store.memory(), Kind.FLOATS);
                expect(statement, store.address(), Kind.INT);
                expect(statement, store.sums(), Kind.SUMS);
            }
            case Statement.For loop -> loop(loop, names);
            case Statement.If choice -> choice(choice, names);
            case Statement.Call call ->
                refusals.add(
                        statement,
                        "helper method",
                        "group memory that is passed to one is addressed wrongly; kernels are one method");
            case Statement.Allocate allocate -> allocate(allocate, names);
            case Statement.Comment comment -> {}
            case Statement.Barrier barrier -> {}
        }
    }

    private void declare(Statement.Declare declare, Map<String, KernelType> names) {
        expect(declare, declare.value(), declare.variable().type().kind());
        if (isMemory(declare.variable().type())) {
            refusals.add(declare, "a second name for an array", "accesses could not be followed");
        }
        declare(declare, declare.variable(), names);
    }

    private void assign(Statement.Assign assign, Map<String, KernelType> names) {
        variable(assign, assign.variable(), names);
        expect(assign, assign.value(), assign.variable().type().kind());
        if (counters.contains(assign.variable().name())) {
            refusals.add(assign, "assignment", "loops' variables and bases keep their values");
        }
    }

    private void loop(Statement.For loop, Map<String, KernelType> names) {
        expect(loop, loop.from(), Kind.INT);
        expect(loop, loop.to(), Kind.INT);
        KernelTree.visit(loop.to(), part -> {
            if (part instanceof Value.Select) {
                refusals.add(
                        loop,
                        "SELECT in a loop's end",
                        "TornadoVM takes its condition for the loop's; a variable before the loop holds it");
            }
        });
        if (loop.step() < 1) {
            refusals.add(loop, "step " + loop.step(), "loops count upwards");
        }
        Map<String, KernelType> inner = new HashMap<>(names);
        declare(loop, loop.variable(), inner);
        counters.add(loop.variable().name());
        block(loop.body(), inner);
    }

    private void choice(Statement.If choice, Map<String, KernelType> names) {
        expect(choice, choice.condition(), Kind.BOOLEAN);
        if (hasLoop(choice.then()) && hasLoop(choice.otherwise())) {
            refusals.add(
                    choice,
                    "loops in both branches",
                    "TornadoVM gives variables behind them the values of the second; two conditions do it");
        }
        block(choice.then(), names);
        block(choice.otherwise(), names);
    }

    private void allocate(Statement.Allocate allocate, Map<String, KernelType> names) {
        boolean words = isWords(allocate.array().type()) && allocate.sharing() == Statement.Sharing.GROUP;
        boolean known = words || allocate.array().type().kind() == Kind.ARRAY;
        if (!known || allocate.elements() < 1) {
            refusals.add(allocate, allocate.elements() + " elements", "an ARRAY, or a group's WORDS, has one or more");
        }
        declare(allocate, allocate.array(), names);
    }

    private static boolean hasLoop(List<Statement> statements) {
        return statements.stream()
                .anyMatch(statement -> statement instanceof Statement.For || hasLoop(KernelTree.inside(statement)));
    }

    private void declare(Statement statement, Value.Variable variable, Map<String, KernelType> names) {
        type(statement, variable);
        if (names.put(variable.name(), variable.type()) != null) {
            refusals.add(statement, "name " + variable.name(), "it is in use around here");
        }
    }

    private void variable(Statement statement, Value.Variable variable, Map<String, KernelType> names) {
        if (!variable.type().equals(names.get(variable.name()))) {
            refusals.add(
                    statement,
                    variable.type().kind() + " " + variable.name(),
                    names.containsKey(variable.name()) ? "declared with another type" : "not declared before");
        }
    }

    private void value(Statement statement, Value value, Map<String, KernelType> names) {
        KernelTree.parts(value).forEach(part -> value(statement, part, names));
        type(statement, value);
        switch (value) {
            case Value.Variable variable -> variable(statement, variable, names);
            case Value.Literal literal -> literal(statement, literal);
            case Value.Unary unary -> unary(statement, unary);
            case Value.Binary binary -> binary(statement, binary);
            case Value.Compare compare -> {
                number(statement, compare.left());
                expect(statement, compare.right(), compare.left().type().kind());
            }
            case Value.Select select -> {
                expect(statement, select.condition(), Kind.BOOLEAN);
                number(statement, select.then());
                expect(statement, select.otherwise(), select.then().type().kind());
            }
            case Value.Load load -> {
                access(statement, load.memory(), load.address());
                if (load.type().kind() != element(load.memory().type())) {
                    refusals.add(statement, "load of " + load.type().kind(), "not what the memory holds");
                }
            }
            case Value.Fma fma ->
                refusals.add(statement, "FMA", "Math.fma is not translated; TornadoVM fuses on its own");
            case Value.Splat splat -> vector(statement, "SPLAT");
            case Value.LaneNumbers numbers -> vector(statement, "LANE NUMBERS");
            case Value.Shuffle shuffle -> vector(statement, "SHUFFLE");
            case Value.FirstLane first -> vector(statement, "FIRST LANE");
            case Value.LoadBytes load -> vector(statement, "BYTES");
            case Value.WorkItem item -> {}
            case Value.Pair pair -> {
                expect(statement, pair.low(), Kind.FLOAT);
                expect(statement, pair.high(), Kind.FLOAT);
            }
            case Value.Matrix matrix -> matrix(statement, matrix);
        }
    }

    private void matrix(Statement statement, Value.Matrix matrix) {
        if (!target.matrixUnits()) {
            refusals.add(statement, matrix.operator().name(), "not every GPU has matrix units");
        }
        if (kernel.items() % Value.Matrix.WARP != 0) {
            refusals.add(
                    statement, matrix.operator() + " by " + kernel.items() + " work-items", "they come in whole warps");
        }
        List<Kind> kinds = switch (matrix.operator()) {
            case ZEROS -> List.of();
            case LOAD_LEFT, LOAD_RIGHT -> List.of(Kind.WORDS, Kind.INT);
            case MULTIPLY_ADD -> List.of(Kind.LEFT, Kind.RIGHT, Kind.SUMS);
        };
        if (matrix.operands().size() != kinds.size()) {
            refusals.add(statement, matrix.operands().size() + " operands", kinds.size() + " are expected");
            return;
        }
        for (int i = 0; i < kinds.size(); i++) {
            expect(statement, matrix.operands().get(i), kinds.get(i));
        }
    }

    private void literal(Statement statement, Value.Literal literal) {
        double value = literal.value();
        if (Double.isNaN(value)) {
            refusals.add(statement, "NaN", "OpenCL C gets a word that it does not know");
        } else if (literal.type().kind() == Kind.INT && value != (int) value) {
            refusals.add(statement, "INT " + value, "not an int");
        }
    }

    private void unary(Statement statement, Value.Unary unary) {
        switch (unary.operator()) {
            case NEGATE, ABS -> number(statement, unary.argument());
            case SQRT, EXP, LOG, TO_INT -> expect(statement, unary.argument(), Kind.FLOAT);
            case TO_FLOAT -> expect(statement, unary.argument(), Kind.INT);
            case TO_LONG -> refusals.add(statement, "TO_LONG", "indices are int");
            case FLOAT_TO_BITS, BITS_TO_FLOAT ->
                refusals.add(statement, unary.operator().name(), "bits of floats are not translated");
            case ROUND -> refusals.add(statement, "ROUND", "memory of bf16 rounds what is stored");
        }
    }

    private void binary(Statement statement, Value.Binary binary) {
        switch (binary.operator()) {
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, MIN, MAX -> number(statement, binary.left());
            case REMAINDER -> {
                if (binary.type().kind() == Kind.FLOAT) {
                    refusals.add(statement, "REMAINDER of floats", "not translated");
                } else {
                    number(statement, binary.left());
                }
            }
            case SHIFT_LEFT, SHIFT_RIGHT -> {
                expect(statement, binary.left(), Kind.INT);
                if (!(binary.right() instanceof Value.Literal by) || by.value() < 0 || by.value() > 31) {
                    refusals.add(statement, binary.operator().name(), "by a literal of 0 to 31 only");
                }
            }
            case AND -> {
                if (binary.type().kind() != Kind.BOOLEAN) {
                    expect(statement, binary.left(), Kind.INT);
                }
            }
        }
    }

    private void type(Statement statement, Value value) {
        KernelType type = value.type();
        if (type.isVector()) {
            vector(statement, "vector of " + type.lanes());
        } else if (type.kind() == Kind.LONG) {
            refusals.add(statement, "LONG", "indices are int");
        } else if (type.kind() == Kind.SEGMENT || type.kind() == Kind.BSEGMENT || type.kind() == Kind.ISEGMENT) {
            refusals.add(statement, type.kind().name(), "a GPU's memory is FLOATS, BFLOATS and INTS");
        }
    }

    private void vector(Statement statement, String form) {
        refusals.add(statement, form, "a work-item computes single numbers");
    }

    private void access(Statement statement, Value memory, Value address) {
        if (!(memory instanceof Value.Variable) || !isMemory(memory.type())) {
            refusals.add(statement, "access to " + memory.type().kind(), "memory is an array's name");
        }
        expect(statement, address, Kind.INT);
    }

    private void number(Statement statement, Value value) {
        if (value.type().kind() != Kind.INT) {
            expect(statement, value, Kind.FLOAT);
        }
    }

    private void expect(Statement statement, Value value, Kind kind) {
        if (value.type().kind() != kind) {
            refusals.add(statement, value.type().kind().name(), kind + " is expected");
        }
    }

    private static boolean isMemory(KernelType type) {
        return type.kind() == Kind.ARRAY || isWords(type) || type.isDeviceArray();
    }

    private static boolean isWords(KernelType type) {
        return type.kind() == Kind.WORDS;
    }

    private static Kind element(KernelType memory) {
        return memory.kind() == Kind.INTS || isWords(memory) ? Kind.INT : Kind.FLOAT;
    }
}
