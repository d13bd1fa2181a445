package dev.quipu.runtime.emulator.api;

import dev.quipu.runtime.emulator.DevicePlan;
import dev.quipu.runtime.emulator.api.common.TornadoDevice;
import dev.quipu.runtime.emulator.api.enums.ProfilerMode;
import dev.quipu.runtime.emulator.api.exceptions.TornadoExecutionPlanException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Runs graphs on the emulated device. */
public class TornadoExecutionPlan implements AutoCloseable {
    private final DevicePlan plan;
    private int[] selected;
    private GridScheduler grids;
    private ProfilerMode profiler;

    public TornadoExecutionPlan(ImmutableTaskGraph... graphs) {
        plan = new DevicePlan(
                Arrays.stream(graphs).map(ImmutableTaskGraph::parts).toList());
        selected = IntStream.range(0, plan.size()).toArray();
    }

    /** The emulated device, which is the only one. */
    public static TornadoDevice getDevice(int backendIndex, int deviceIndex) {
        return new TornadoDevice(backendIndex, deviceIndex);
    }

    /** Runs the selected graphs in order. */
    public TornadoExecutionResult execute() {
        Map<String, Long> times = new LinkedHashMap<>();
        for (int graph : selected) {
            times.putAll(plan.execute(graph, grids));
        }
        TornadoProfilerResult profile = new TornadoProfilerResult(times);
        if (profiler == ProfilerMode.CONSOLE) {
            System.out.println(profile.getProfileLog());
        }
        return new TornadoExecutionResult(plan, selected[selected.length - 1], profile);
    }

    /** Selects one graph. */
    public TornadoExecutionPlan withGraph(int graphIndex) {
        if (graphIndex < 0 || graphIndex >= plan.size()) {
            throw new IllegalArgumentException("graph " + graphIndex + " of " + plan.size());
        }
        selected = new int[] {graphIndex};
        return this;
    }

    /** Selects all graphs. */
    public TornadoExecutionPlan withAllGraphs() {
        selected = IntStream.range(0, plan.size()).toArray();
        return this;
    }

    public TornadoExecutionPlan withGridScheduler(GridScheduler gridScheduler) {
        grids = gridScheduler;
        return this;
    }

    /** The selected graphs are recorded when they first run, and replayed from then on. */
    public TornadoExecutionPlan withCUDAGraph() {
        for (int graph : selected) {
            plan.record(graph);
        }
        return this;
    }

    /** Nothing is compiled before it runs. */
    public TornadoExecutionPlan withPreCompilation() {
        return this;
    }

    /** There is one device. */
    public TornadoExecutionPlan withDevice(TornadoDevice device) {
        return this;
    }

    public TornadoExecutionPlan withProfiler(ProfilerMode mode) {
        profiler = mode;
        return this;
    }

    public TornadoExecutionPlan withoutProfiler() {
        profiler = null;
        return this;
    }

    public TornadoExecutionPlan freeDeviceMemory() {
        plan.free();
        return this;
    }

    /** Bytes. */
    public long getCurrentDeviceMemoryUsage() {
        return plan.bytes();
    }

    @Override
    public void close() throws TornadoExecutionPlanException {
        plan.free();
    }
}
