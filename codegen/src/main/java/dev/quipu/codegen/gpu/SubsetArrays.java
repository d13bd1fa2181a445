package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.KernelTree;
import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Refuses arrays that do not fit, that are allocated at other places than a kernel's top level or read before any store. */
final class SubsetArrays {
    /** INTs or floats of 16 bytes. */
    private static final int ALIGNMENT = 4;

    private final GpuKernel kernel;
    private final Refusals refusals;

    SubsetArrays(GpuKernel kernel, Refusals refusals) {
        this.kernel = kernel;
        this.refusals = refusals;
    }

    void check() {
        long local = 0;
        for (Statement statement : kernel.body()) {
            KernelTree.visit(KernelTree.inside(statement), this::inside);
            if (statement instanceof Statement.Allocate allocate && allocate.sharing() == Statement.Sharing.GROUP) {
                local += (long) Float.BYTES * allocate.elements();
                aligned(allocate);
            }
        }
        if (local > GpuSubset.LOCAL_BYTES) {
            refusals.add("arrays", local + " bytes of group memory", "a work-group has " + GpuSubset.LOCAL_BYTES);
        }
        reads(kernel.body(), new HashSet<>(), Set.of());
    }

    /** Rows of matrices begin at multiples of 16 bytes wherever a compiler puts arrays, if all arrays end at such places. */
    private void aligned(Statement.Allocate allocate) {
        if (kernel.usesMatrices() && allocate.elements() % ALIGNMENT != 0) {
            refusals.add(
                    allocate,
                    allocate.elements() + " elements beside matrices",
                    "multiples of " + ALIGNMENT + " keep what follows at multiples of 16 bytes");
        }
    }

    private void inside(Statement statement) {
        if (statement instanceof Statement.Allocate) {
            refusals.add(
                    statement,
                    "allocated in a loop or under a condition",
                    "it is one piece of memory however often that is passed; a kernel allocates at its top level");
        }
    }

    /**
     * Follows the text.
     *
     * @param stored arrays with a store above
     * @param later arrays with a store in a loop around, which an earlier run of it may have made: enough under a condition
     */
    private void reads(List<Statement> statements, Set<String> stored, Set<String> later) {
        for (Statement statement : statements) {
            for (Value value : KernelTree.values(statement)) {
                KernelTree.visit(value, part -> read(statement, part, stored));
            }
            switch (statement) {
                case Statement.Store store -> stored.add(Refusals.name(store.memory()));
                case Statement.StoreMatrix store -> {}
                case Statement.For loop -> {
                    Set<String> stores = new HashSet<>(later);
                    stores.addAll(stores(loop.body()));
                    reads(loop.body(), stored, stores);
                }
                case Statement.If choice -> {
                    Set<String> then = union(stored, later);
                    Set<String> otherwise = union(stored, later);
                    reads(choice.then(), then, later);
                    reads(choice.otherwise(), otherwise, later);
                    stored.addAll(stores(KernelTree.inside(choice)));
                }
                case Statement.Declare declare -> {}
                case Statement.Assign assign -> {}
                case Statement.Call call -> {}
                case Statement.Comment comment -> {}
                case Statement.Allocate allocate -> {}
                case Statement.Barrier barrier -> {}
            }
        }
    }

    private void read(Statement statement, Value value, Set<String> stored) {
        Optional<Value> memory = switch (value) {
            case Value.Load load when load.memory().type().kind() == Kind.ARRAY -> Optional.of(load.memory());
            case Value.Matrix matrix ->
                matrix.operands().stream().filter(SubsetArrays::isWords).findFirst();
            default -> Optional.empty();
        };
        if (memory.isPresent() && !stored.contains(Refusals.name(memory.get()))) {
            refusals.add(
                    statement,
                    "read of " + Refusals.name(memory.get()) + " before any store to it",
                    "new arrays are not zero on a GPU");
        }
    }

    private static boolean isWords(Value value) {
        return value.type().kind() == Kind.WORDS;
    }

    private static Set<String> stores(List<Statement> statements) {
        Set<String> stores = new HashSet<>();
        KernelTree.visit(statements, statement -> {
            if (statement instanceof Statement.Store store) {
                stores.add(Refusals.name(store.memory()));
            }
        });
        return stores;
    }

    private static Set<String> union(Set<String> first, Set<String> second) {
        Set<String> union = new HashSet<>(first);
        union.addAll(second);
        return union;
    }
}
