package dev.quipu.runtime.emulator;

import dev.quipu.codegen.tornado.GraphRoom;
import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * A graph: tasks in order, and what moves.
 *
 * @param inputs copies to the device, before the tasks
 * @param consumed arrays that the graph which ran before has left on the device
 * @param persisted arrays that stay there for others
 * @param outputs copies to the host, behind the tasks
 */
public record GraphParts(
        String name,
        List<Task> tasks,
        List<Transfer> inputs,
        List<TornadoNativeArray> consumed,
        List<TornadoNativeArray> persisted,
        List<Transfer> outputs) {
    public GraphParts {
        tasks = List.copyOf(tasks);
        inputs = List.copyOf(inputs);
        consumed = List.copyOf(consumed);
        persisted = List.copyOf(persisted);
        outputs = List.copyOf(outputs);
    }

    /** Collects the parts of a graph and reports what TornadoVM could not hold. */
    public static final class Builder {
        private static final int MOST_ARGUMENTS = 20;

        private final String name;
        private final List<Task> tasks = new ArrayList<>();
        private final Set<String> taskNames = new HashSet<>();
        private final List<Transfer> inputs = new ArrayList<>();
        private final List<TornadoNativeArray> consumed = new ArrayList<>();
        private final List<TornadoNativeArray> persisted = new ArrayList<>();
        private final List<Transfer> outputs = new ArrayList<>();
        private final Set<TornadoNativeArray> known = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Set<TornadoNativeArray> touched = Collections.newSetFromMap(new IdentityHashMap<>());
        private GraphRoom room = GraphRoom.of(0);

        /** The parts of a graph of that name, none so far. */
        public Builder(String name) {
            this.name = name;
        }

        /** The graph's name. */
        public String name() {
            return name;
        }

        /** Copies to the device, before the tasks. */
        public void inputs(Transfer.When when, List<TornadoNativeArray> arrays) {
            arrays.forEach(this::know);
            arrays.forEach(array -> inputs.add(new Transfer(when, array)));
        }

        /** Copies to the host, behind the tasks. */
        public void outputs(Transfer.When when, List<TornadoNativeArray> arrays) {
            arrays.forEach(array -> outputs.add(new Transfer(when, array)));
        }

        /** Arrays that stay on the device. */
        public void persisted(List<TornadoNativeArray> arrays) {
            persisted.addAll(arrays);
        }

        /** Arrays that the graph which ran before has left on the device. */
        public void consumed(List<TornadoNativeArray> arrays) {
            arrays.forEach(this::know);
            consumed.addAll(arrays);
        }

        /** Another task. */
        public void task(String id, Task.Code code, List<Object> arguments) {
            add(id, code, arguments, false);
        }

        /** A task that a library computes. */
        public void libraryTask(String id, Task.Code code, List<Object> arguments) {
            add(id, code, arguments, true);
        }

        private void add(String id, Task.Code code, List<Object> arguments, boolean library) {
            Task task = new Task(name + "." + id, code, arguments, library, Origin.ofCaller());
            if (!taskNames.add(id)) {
                Faults.report(FaultKind.TASK_NAME, task, "there is a task of that name in the graph");
            }
            if (arguments.size() > MOST_ARGUMENTS) {
                Faults.report(
                        FaultKind.ARGUMENTS,
                        task,
                        "a task has " + MOST_ARGUMENTS + " arguments at most, and this one " + arguments.size());
            }
            boolean fitted = room.fits();
            tasks.add(task);
            int before = touched.size();
            for (Object argument : arguments) {
                if (argument instanceof TornadoNativeArray array) {
                    know(array);
                    touched.add(array);
                }
            }
            room = room.with(arguments.size(), touched.size() - before, 0); // what it writes shows when it runs
            if (fitted && !room.fits()) {
                Faults.report(
                        FaultKind.GRAPH_LIMIT,
                        task,
                        "a graph holds " + GraphRoom.MOST_TASKS + " tasks of " + GraphRoom.MOST_BYTES
                                + " bytes in all, drawn with " + GraphRoom.MOST_NODES
                                + " nodes; with this one there are " + room.tasks() + " of " + room.bytes() + ", and "
                                + room.nodes() + " nodes at least");
            }
        }

        /** What a graph draws of an array before any task has it. */
        private void know(TornadoNativeArray array) {
            if (known.add(array)) {
                room = room.withArray();
            }
        }

        /** The graph; the builder is done with. */
        public GraphParts build() {
            return new GraphParts(name, tasks, inputs, consumed, persisted, outputs);
        }
    }
}
