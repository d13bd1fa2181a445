package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Runs kernels for GPUs: work-items one after the other, in random order, up to the next barrier, which all of a group must
 * reach. Variables are used only where they are declared, integers neither overflow nor go below zero before a division.
 */
final class GpuInterpreter {
    private final GpuKernel kernel;
    private final Map<String, Window> buffers = new HashMap<>();
    private final Random random = new Random(7);
    private int intervals;

    /** A buffer of a launch: {@code count} elements of an array, from {@code base} on. */
    record Memory(Object array, int base, int count) {
        static Memory of(float... floats) {
            return new Memory(floats, 0, floats.length);
        }

        static Memory of(int... integers) {
            return new Memory(integers, 0, integers.length);
        }
    }

    /** A buffer in an array that others may share. */
    record Window(WatchedArray array, int base, int count) {
        void check(Item item, int place) {
            if (place < base || place >= base + count) {
                throw new AssertionError(item + ": element " + (place - base) + " of a buffer of " + count);
            }
        }
    }

    /** One work-item: its variables and arrays. */
    static final class Item {
        private final int group;
        private final int item;
        private final int items;
        private final Map<String, Object> variables = new HashMap<>();
        private final Map<String, WatchedArray> arrays = new HashMap<>();
        private int interval;

        Item(int group, int item, int items) {
            this.group = group;
            this.item = item;
            this.items = items;
        }

        int group() {
            return group;
        }

        int number() {
            return group * items + item;
        }

        int interval() {
            return interval;
        }

        Map<String, Object> variables() {
            return variables;
        }

        WatchedArray array(String name) {
            return arrays.get(name);
        }

        int number(Value.Numbering numbering) {
            return numbering == Value.Numbering.GROUP ? group : item;
        }

        boolean isElsewhere(int number) {
            return number / items != group;
        }

        @Override
        public String toString() {
            return "item " + item + " of group " + group;
        }
    }

    private GpuInterpreter(GpuKernel kernel, List<Memory> memories) {
        this.kernel = kernel;
        Map<Object, WatchedArray> shared = new HashMap<>();
        if (memories.size() != kernel.memories().size()) {
            throw new AssertionError(memories.size() + " memories for " + kernel.memories());
        }
        for (int i = 0; i < memories.size(); i++) {
            String name = kernel.memories().get(i).array().name();
            WatchedArray array = shared.computeIfAbsent(memories.get(i).array(), key -> switch (key) {
                case float[] floats -> WatchedArray.of(name, floats);
                case int[] integers -> WatchedArray.of(name, integers);
                default -> throw new AssertionError("not an array: " + key);
            });
            if (array.isInteger() != kernel.memories().get(i).array().type().equals(KernelType.INTS)) {
                throw new AssertionError(
                        "another type than " + kernel.memories().get(i));
            }
            buffers.put(
                    name,
                    new Window(array, memories.get(i).base(), memories.get(i).count()));
        }
    }

    /** Runs a launch's kernels one after the other; scratch memory holds NaN in the beginning. */
    static void run(GpuLowering.Lowered lowered, Memory... memories) {
        List<Memory> all = new ArrayList<>(Arrays.asList(memories));
        for (long elements : lowered.scratch()) {
            float[] scratch = new float[Math.toIntExact(elements)];
            Arrays.fill(scratch, Float.NaN);
            all.add(Memory.of(scratch));
        }
        lowered.kernels().forEach(kernel -> run(kernel, all));
    }

    /** Runs a kernel, groups in random order. */
    static void run(GpuKernel kernel, List<Memory> memories) {
        GpuInterpreter interpreter = new GpuInterpreter(kernel, memories);
        for (int group : interpreter.shuffled(kernel.groups())) {
            interpreter.runGroup(group, memories);
        }
    }

    private List<Integer> shuffled(int count) {
        List<Integer> numbers =
                new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(numbers, random);
        return numbers;
    }

    private void runGroup(int group, List<Memory> memories) {
        List<Item> items = new ArrayList<>();
        intervals++;
        for (int number : shuffled(kernel.items())) {
            Item item = new Item(group, number, kernel.items());
            item.interval = intervals;
            for (int i = 0; i < memories.size(); i++) {
                item.variables.put(
                        kernel.memories().get(i).base().name(), memories.get(i).base());
            }
            items.add(item);
        }
        runAll(kernel.body(), items);
    }

    /** Statements up to a barrier for one item after the other; the others, which hold a barrier, for all of them in step. */
    private void runAll(List<Statement> statements, List<Item> items) {
        Set<String> before = new HashSet<>(items.getFirst().variables.keySet());
        for (Statement statement : statements) {
            if (!hasBarrier(statement)) {
                items.forEach(item -> run(statement, item));
                continue;
            }
            switch (statement) {
                case Statement.Barrier barrier -> {
                    intervals++;
                    items.forEach(item -> item.interval = intervals);
                }
                case Statement.Allocate allocate -> {
                    String name = allocate.array().name();
                    WatchedArray array = WatchedArray.empty(name, allocate.elements());
                    items.forEach(item -> item.arrays.put(name, array));
                }
                case Statement.For loop -> loopAll(loop, items);
                case Statement.If choice ->
                    runAll((boolean) uniform(choice.condition(), items) ? choice.then() : choice.otherwise(), items);
                default -> throw new AssertionError("no barrier in " + statement);
            }
        }
        items.forEach(item -> item.variables.keySet().retainAll(before));
    }

    private void loopAll(Statement.For loop, List<Item> items) {
        int to = (int) uniform(loop.to(), items);
        for (int i = (int) uniform(loop.from(), items); i < to; i += loop.step()) {
            int number = i;
            items.forEach(item -> item.variables.put(loop.variable().name(), number));
            runAll(loop.body(), items);
        }
        items.forEach(item -> item.variables.remove(loop.variable().name()));
    }

    private Object uniform(Value value, List<Item> items) {
        Set<Object> values = new HashSet<>();
        items.forEach(item -> values.add(new GpuValues(buffers, item).evaluate(value)));
        if (values.size() != 1) {
            throw new AssertionError("a barrier that not all reach: " + value + " is " + values);
        }
        return values.iterator().next();
    }

    private static boolean hasBarrier(Statement statement) {
        return switch (statement) {
            case Statement.Barrier barrier -> true;
            case Statement.Allocate allocate -> allocate.sharing() == Statement.Sharing.GROUP;
            case Statement.For loop -> loop.body().stream().anyMatch(GpuInterpreter::hasBarrier);
            case Statement.If choice ->
                choice.then().stream().anyMatch(GpuInterpreter::hasBarrier)
                        || choice.otherwise().stream().anyMatch(GpuInterpreter::hasBarrier);
            default -> false;
        };
    }

    private void run(List<Statement> statements, Item item) {
        Set<String> declared = new HashSet<>();
        for (Statement statement : statements) {
            run(statement, item);
            if (statement instanceof Statement.Declare declare) {
                declared.add(declare.variable().name());
            }
        }
        item.variables.keySet().removeAll(declared);
    }

    private void run(Statement statement, Item item) {
        GpuValues values = new GpuValues(buffers, item);
        switch (statement) {
            case Statement.Declare declare -> {
                Object value = values.evaluate(declare.value());
                if (item.variables.put(declare.variable().name(), value) != null) {
                    throw new AssertionError("declared twice: " + declare);
                }
            }
            case Statement.Assign assign -> {
                Object value = values.evaluate(assign.value());
                if (item.variables.put(assign.variable().name(), value) == null) {
                    throw new AssertionError("not declared: " + assign);
                }
            }
            case Statement.Store store -> values.store(store);
            case Statement.For loop -> {
                int to = values.integer(loop.to());
                for (int i = values.integer(loop.from()); i < to; i += loop.step()) {
                    item.variables.put(loop.variable().name(), i);
                    run(loop.body(), item);
                }
                item.variables.remove(loop.variable().name());
            }
            case Statement.If choice ->
                run(values.holds(choice.condition()) ? choice.then() : choice.otherwise(), item);
            case Statement.Comment comment -> {}
            case Statement.Allocate allocate ->
                item.arrays.put(
                        allocate.array().name(),
                        WatchedArray.empty(allocate.array().name(), allocate.elements()));
            case Statement.Call call -> throw new AssertionError("kernels call nothing: " + call);
            case Statement.StoreMatrix store -> throw new AssertionError("what warps do, the emulator runs: " + store);
            case Statement.Barrier barrier -> throw new AssertionError("a barrier that one item reaches alone");
        }
    }
}
