package dev.quipu.runtime.emulator;

import dev.quipu.codegen.gpu.GpuKernel;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Kernels with one mistake each, made from a right one. */
final class KernelMutation {
    /** The mistake. */
    enum Kind {
        BARRIER_LEFT_OUT,
        BUFFER_STORED_ONE_TOO_FAR,
        BUFFER_STORE_LEFT_OUT
    }

    private final Kind kind;
    private final int target;
    private int seen;

    private KernelMutation(Kind kind, int target) {
        this.kind = kind;
        this.target = target;
    }

    /** All kernels that differ from this one by one mistake of a kind. */
    static List<GpuKernel> all(GpuKernel kernel, Kind kind) {
        List<GpuKernel> mutants = new ArrayList<>();
        while (true) {
            KernelMutation mutation = new KernelMutation(kind, mutants.size());
            List<Statement> body = mutation.statements(kernel.body());
            if (mutation.seen <= mutation.target) {
                return mutants;
            }
            mutants.add(new GpuKernel(
                    kernel.name(), kernel.comment(), kernel.memories(), kernel.groups(), kernel.items(), body));
        }
    }

    private boolean isHit(Kind here) {
        return here == kind && seen++ == target;
    }

    private List<Statement> statements(List<Statement> statements) {
        return statements.stream().flatMap(this::statement).toList();
    }

    private Stream<Statement> statement(Statement statement) {
        return switch (statement) {
            case Statement.Barrier barrier -> isHit(Kind.BARRIER_LEFT_OUT) ? Stream.empty() : Stream.of(barrier);
            case Statement.Store store -> store(store);
            case Statement.For loop ->
                Stream.of(new Statement.For(
                        loop.variable(), loop.from(), loop.to(), loop.step(), statements(loop.body())));
            case Statement.If choice ->
                Stream.of(new Statement.If(
                        choice.condition(), statements(choice.then()), statements(choice.otherwise())));
            case Statement.Declare declare -> Stream.of(declare);
            case Statement.Assign assign -> Stream.of(assign);
            case Statement.Call call -> Stream.of(call);
            case Statement.Comment comment -> Stream.of(comment);
            case Statement.Allocate allocate -> Stream.of(allocate);
            case Statement.StoreMatrix store -> Stream.of(store);
        };
    }

    private Stream<Statement> store(Statement.Store store) {
        if (store.memory().type().equals(KernelType.ARRAY)) {
            return Stream.of(store);
        }
        if (isHit(Kind.BUFFER_STORE_LEFT_OUT)) {
            return Stream.empty();
        }
        if (!isHit(Kind.BUFFER_STORED_ONE_TOO_FAR)) {
            return Stream.of(store);
        }
        Value next = Emitter.plus(store.address(), new Value.Literal(KernelType.INT, 1));
        return Stream.of(new Statement.Store(store.memory(), next, store.value()));
    }
}
