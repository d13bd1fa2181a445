package dev.quipu.runtime.tornado;

import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.codegen.tornado.TornadoTask;
import dev.quipu.runtime.device.LaunchClock;
import dev.quipu.runtime.device.LaunchInfo;
import dev.quipu.runtime.device.LaunchTime;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/** Reads the profiler's texts: how long the kernels of each launch took. */
final class TaskTimes {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String TIME = "TASK_KERNEL_TIME";

    private final TornadoProgram program;
    private final LaunchClock clock;
    private final int launches;

    TaskTimes(TornadoProgram program, List<LaunchInfo> launches, int runs) {
        this.program = program;
        this.launches = launches.size();
        this.clock = new LaunchClock(launches, runs);
    }

    /**
     * Adds a run.
     *
     * @param texts for each stage, for each of its runs
     */
    void add(int run, List<String> texts) {
        long[] nanos = new long[launches];
        int text = 0;
        for (TornadoProgram.Stage stage : program.stages()) {
            List<String> ids = program.taskIds(stage);
            for (int i = 0; i < stage.runs(); i++) {
                JsonNode graph = last(texts.get(text++)).path(stage.name());
                int first = stage.start() + i * stage.size();
                for (int k = 0; k < stage.size(); k++) {
                    TornadoTask task = program.tasks().get(first + k);
                    nanos[task.launch()] += time(graph, stage.name() + "." + ids.get(k));
                }
            }
        }
        for (int launch = 0; launch < launches; launch++) {
            clock.set(launch, run, nanos[launch]);
        }
    }

    /** TornadoVM's text has an object for every execution of the graph so far, the last one last. */
    static JsonNode last(String text) {
        JsonNode last = JSON.missingNode();
        try (MappingIterator<JsonNode> objects = JSON.readerFor(JsonNode.class).readValues(text)) {
            while (objects.hasNextValue()) {
                last = objects.nextValue();
            }
        }
        return last;
    }

    private static long time(JsonNode graph, String task) {
        String time = graph.path(task).path(TIME).asString("");
        if (time.isEmpty()) {
            throw new AssertionError("the profiler knows no time of " + task + ": " + graph);
        }
        return Long.parseLong(time);
    }

    List<LaunchTime> medians() {
        return clock.medians();
    }
}
