package dev.quipu.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The interpreter that the lowerings' tests trust: what it computes and what it refuses. */
class GpuInterpreterTest {
    private static final int ITEMS = 4;
    private static final Value ITEM = new Value.WorkItem(Value.Numbering.ITEM);
    private static final Value GROUP = new Value.WorkItem(Value.Numbering.GROUP);
    private static final Value.Variable X = new Value.Variable("x", KernelType.FLOATS);
    private static final Value.Variable X_BASE = new Value.Variable("x_base", KernelType.INT);
    private static final Value.Variable LOCAL = new Value.Variable("local", KernelType.ARRAY);
    private static final Value ONE = Emitter.number(1, 1);

    private static float[] run(int groups, Consumer<Emitter> body) {
        float[] x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        Emitter emitter = new Emitter();
        body.accept(emitter);
        GpuKernel kernel = new GpuKernel(
                "test", List.of(), List.of(new GpuKernel.Memory(X, X_BASE)), groups, ITEMS, emitter.statements());
        GpuInterpreter.run(kernel, List.of(new GpuInterpreter.Memory(x, 1, 8)));
        return x;
    }

    private static Value at(Value place) {
        return Emitter.plus(X_BASE, place);
    }

    private static Value load(Value place) {
        return new Value.Load(KernelType.FLOAT, X, at(place));
    }

    private static Value everyItem() {
        return Emitter.plus(Emitter.times(GROUP, Emitter.integer(ITEMS)), ITEM);
    }

    private static Statement barrier() {
        return new Statement.Barrier();
    }

    private static void allocate(Emitter emitter, Statement.Sharing sharing) {
        emitter.add(new Statement.Allocate(LOCAL, sharing, ITEMS));
    }

    @Test
    void itemsPassValuesThroughLocalMemory() {
        float[] x = run(2, emitter -> {
            allocate(emitter, Statement.Sharing.GROUP);
            Value first = Emitter.times(GROUP, Emitter.integer(ITEMS));
            emitter.add(new Statement.Store(LOCAL, ITEM, load(everyItem())));
            emitter.add(barrier());
            Value turned = Emitter.minus(Emitter.integer(ITEMS - 1), ITEM);
            emitter.add(new Statement.Store(
                    X, at(Emitter.plus(first, turned)), new Value.Load(KernelType.FLOAT, LOCAL, ITEM)));
        });
        assertArrayEquals(new float[] {0, 4, 3, 2, 1, 8, 7, 6, 5, 9}, x);
    }

    /** Mistakes that it reports, each with a word of the report. */
    enum Mistake {
        OUT_OF_BOUNDS(
                "of a buffer of 8",
                emitter -> emitter.add(new Statement.Store(X, at(Emitter.plus(everyItem(), 1L)), ONE))),
        UNWRITTEN("nobody wrote", emitter -> {
            allocate(emitter, Statement.Sharing.ITEM);
            emitter.let("y", new Value.Load(KernelType.FLOAT, LOCAL, ITEM));
        }),
        NO_BARRIER("another", emitter -> {
            allocate(emitter, Statement.Sharing.GROUP);
            emitter.add(new Statement.Store(LOCAL, ITEM, ONE));
            Value next =
                    new Value.Binary(Value.BinaryOperator.REMAINDER, Emitter.plus(ITEM, 1L), Emitter.integer(ITEMS));
            emitter.when(
                    new Value.Compare(Comparison.LESS, ITEM, Emitter.integer(2)),
                    body -> body.add(new Statement.Store(LOCAL, next, ONE)));
        }),
        RACE_OF_GROUPS("another", emitter -> {
            emitter.add(barrier());
            emitter.when(
                    new Value.Compare(Comparison.EQUAL, ITEM, Emitter.integer(0)),
                    body -> body.add(new Statement.Store(X, X_BASE, ONE)));
        }),
        READ_AND_WRITTEN("another", emitter -> {
            Value.Variable y = emitter.let("y", load(Emitter.integer(0)));
            emitter.add(new Statement.Store(X, at(everyItem()), y));
        }),
        DIVERGENT(
                "not all reach",
                emitter -> emitter.when(
                        new Value.Compare(Comparison.LESS, ITEM, Emitter.integer(2)), body -> body.add(barrier()))),
        OUT_OF_SCOPE("not declared", emitter -> {
            emitter.when(new Value.Compare(Comparison.LESS, ITEM, Emitter.integer(9)), body -> body.let("inside", ONE));
            emitter.let("outside", new Value.Variable("inside", KernelType.FLOAT));
        }),
        OVERFLOW("overflow", emitter -> {
            Value large = emitter.let("large", Emitter.plus(ITEM, Integer.MAX_VALUE));
            emitter.let("larger", Emitter.plus(large, 1L));
        }),
        DIVIDED_BELOW_ZERO(
                "division",
                emitter -> emitter.let(
                        "half",
                        new Value.Binary(
                                Value.BinaryOperator.DIVIDE,
                                Emitter.minus(ITEM, Emitter.integer(2)),
                                Emitter.integer(2))));

        private final String report;
        private final Consumer<Emitter> body;

        Mistake(String report, Consumer<Emitter> body) {
            this.report = report;
            this.body = body;
        }
    }

    @ParameterizedTest
    @EnumSource
    void mistakesAreReported(Mistake mistake) {
        Throwable error = assertThrows(Throwable.class, () -> run(2, mistake.body));
        assertTrue(error.getMessage().contains(mistake.report), error::getMessage);
    }
}
