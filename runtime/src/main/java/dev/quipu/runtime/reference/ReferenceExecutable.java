package dev.quipu.runtime.reference;

import dev.quipu.codegen.launch.LaunchWork;
import dev.quipu.compiler.cluster.Costs;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Input;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.AngleTables;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.IndexBounds;
import dev.quipu.runtime.device.LaunchClock;
import dev.quipu.runtime.device.LaunchInfo;
import dev.quipu.runtime.device.LaunchTime;
import dev.quipu.runtime.device.ProgramBuffers;
import dev.quipu.runtime.device.State;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A program that is interpreted; its launches are its nodes. */
final class ReferenceExecutable implements Executable {
    private final Arena arena = Arena.ofShared();
    private final Graph graph;
    private final Map<String, Type> stateTypes;
    private final State state;
    private final ProgramBuffers buffers;
    private final IndexBounds bounds;

    ReferenceExecutable(Scheduled scheduled, State state) {
        graph = scheduled.graph();
        stateTypes = scheduled.states();
        this.state = state;
        buffers = new ProgramBuffers(scheduled, state, arena, new AngleTables(arena)::of);
        bounds = new IndexBounds(graph, buffers);
    }

    @Override
    public Buffer input(String name) {
        return buffers.input(name);
    }

    @Override
    public Buffer result(String name) {
        return buffers.result(name);
    }

    @Override
    public void run() {
        run((node, output, value) -> {});
    }

    private void run(Reference.Observer observer) {
        bounds.check();
        Map<String, Array> inputs = new HashMap<>();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Input input) {
                inputs.put(input.name(), ArrayBuffers.read(input.type(), buffers.input(input.name())));
            }
        }
        Map<String, Array> values = new HashMap<>();
        stateTypes.forEach((name, type) -> values.put(name, ArrayBuffers.read(type, state.get(name))));
        Map<String, Array> before = Map.copyOf(values);
        Map<String, Array> results = new Reference(values).trace(graph, inputs, observer);
        values.forEach((name, value) -> {
            if (value != before.get(name)) {
                ArrayBuffers.write(value, state.get(name));
            }
        });
        for (Map.Entry<String, Tensor> result : graph.results().entrySet()) {
            ArrayBuffers.write(results.get(result.getKey()), buffers.result(result.getKey()));
        }
    }

    /** Nothing is shared: every value has memory of its own while the interpreter runs. */
    @Override
    public long arenaBytes() {
        return 0;
    }

    @Override
    public long scratchBytes() {
        return 0;
    }

    @Override
    public List<LaunchInfo> launches() {
        return graph.nodes().stream().map(ReferenceExecutable::info).toList();
    }

    private static LaunchInfo info(Node node) {
        String layer = node.site().layer();
        long read =
                node.inputs().stream().mapToLong(input -> input.type().bytes()).sum();
        long written = node.types().stream().mapToLong(Type::bytes).sum();
        String mnemonic = node.op().mnemonic();
        return new LaunchInfo(
                layer.isEmpty() ? mnemonic : layer + "." + mnemonic,
                mnemonic,
                node.types().toString(),
                new LaunchWork(Costs.flops(node), read, written));
    }

    @Override
    public List<LaunchTime> profile(int runs) {
        LaunchClock clock = new LaunchClock(launches(), runs);
        Map<Node, Integer> positions = graph.positions();
        for (int run = 0; run < runs; run++) {
            int current = run;
            long[] last = {System.nanoTime()};
            run((node, output, value) -> {
                long now = System.nanoTime();
                // nodes of called functions are not in the graph: their time goes to the call
                Integer position = output == 0 ? positions.get(node) : null;
                if (position != null) {
                    clock.set(position, current, now - last[0]);
                    last[0] = now;
                }
            });
        }
        return clock.medians();
    }

    @Override
    public void close() {
        arena.close();
    }
}
