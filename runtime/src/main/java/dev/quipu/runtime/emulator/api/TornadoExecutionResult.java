package dev.quipu.runtime.emulator.api;

import dev.quipu.runtime.emulator.DevicePlan;
import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;

/** What an execution has left. */
public class TornadoExecutionResult {
    private final DevicePlan plan;
    private final int graph;
    private final TornadoProfilerResult profile;

    TornadoExecutionResult(DevicePlan plan, int graph, TornadoProfilerResult profile) {
        this.plan = plan;
        this.graph = graph;
        this.profile = profile;
    }

    public TornadoProfilerResult getProfilerResult() {
        return profile;
    }

    /** Copies arrays of the last graph to the host. */
    public TornadoExecutionResult transferToHost(Object... objects) {
        for (Object object : objects) {
            plan.toHost(graph, (TornadoNativeArray) object);
        }
        return this;
    }

    /** Executions are done when they return. */
    public boolean isReady() {
        return true;
    }
}
