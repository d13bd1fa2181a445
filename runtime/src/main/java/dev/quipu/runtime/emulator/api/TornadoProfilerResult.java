package dev.quipu.runtime.emulator.api;

import java.util.Map;
import java.util.stream.Collectors;

/** Times of an execution. */
public class TornadoProfilerResult {
    private final Map<String, Long> nanoseconds;

    /**
     * @param nanoseconds by task, GRAPH.TASK
     */
    TornadoProfilerResult(Map<String, Long> nanoseconds) {
        this.nanoseconds = nanoseconds;
    }

    /** Nanoseconds of all tasks. */
    public long getDeviceKernelTime() {
        return nanoseconds.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Nanoseconds of all tasks: transfers are not counted. */
    public long getTotalTime() {
        return getDeviceKernelTime();
    }

    /** JSON: by graph, by task {@code TASK_KERNEL_TIME} in nanoseconds, as text. */
    public String getProfileLog() {
        return nanoseconds.entrySet().stream()
                .collect(Collectors.groupingBy(
                        time -> time.getKey().substring(0, time.getKey().indexOf('.')),
                        Collectors.mapping(TornadoProfilerResult::json, Collectors.joining(",\n"))))
                .entrySet()
                .stream()
                .map(graph -> "\"" + graph.getKey() + "\": {\n" + graph.getValue() + "\n}")
                .collect(Collectors.joining(",\n", "{\n", "\n}"));
    }

    private static String json(Map.Entry<String, Long> time) {
        return "\"" + time.getKey() + "\": {\"TASK_KERNEL_TIME\": \"" + time.getValue() + "\"}";
    }
}
