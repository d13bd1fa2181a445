package dev.quipu.runtime.bench;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.LaunchInfo;
import dev.quipu.runtime.device.RunTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * One step in time: what ran when, and on which worker. It is written in the Trace Event Format, as JSON objects of complete
 * events ({@code "ph": "X"}, times in microseconds), which Perfetto and chrome://tracing show.
 */
public record StepTrace(RunTrace gradient, RunTrace update) {
    private static final int PROCESS = 1;
    private static final int LAUNCHES = 0;
    private static final double NANOS_A_MICRO = 1e3;

    /**
     * Writes a file: a track for the launches, with what each must do at least, and one for each worker.
     *
     * @throws QuipuException if the file cannot be written
     */
    public void write(Path file) {
        try (JsonGenerator json = JsonMapper.shared().createGenerator(Files.newBufferedWriter(file))) {
            json.writeStartObject();
            json.writeStringProperty("displayTimeUnit", "ns");
            json.writeArrayPropertyStart("traceEvents");
            track(json, LAUNCHES, "launches");
            for (int worker : workers()) {
                track(json, trackOf(worker), "worker " + worker);
            }
            write(json, gradient, "gradient");
            write(json, update, "update");
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException | JacksonException e) {
            throw QuipuException.of("a file that can be written", String.valueOf(e.getMessage()), file.toString(), "");
        }
    }

    private TreeSet<Integer> workers() {
        TreeSet<Integer> workers = new TreeSet<>();
        gradient.parts().forEach(part -> workers.add(part.worker()));
        update.parts().forEach(part -> workers.add(part.worker()));
        return workers;
    }

    private static int trackOf(int worker) {
        return LAUNCHES + 1 + worker;
    }

    /** Names a track, and puts it in the order of its number. */
    private static void track(JsonGenerator json, int track, String name) {
        json.writePOJO(
                Map.of("ph", "M", "pid", PROCESS, "tid", track, "name", "thread_name", "args", Map.of("name", name)));
        json.writePOJO(Map.of(
                "ph",
                "M",
                "pid",
                PROCESS,
                "tid",
                track,
                "name",
                "thread_sort_index",
                "args",
                Map.of("sort_index", track)));
    }

    private void write(JsonGenerator json, RunTrace run, String program) {
        for (RunTrace.LaunchSpan span : run.launches()) {
            LaunchInfo launch = span.launch();
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("program", program);
            details.put("shape", launch.shape());
            details.put("flops", launch.work().flops());
            details.put("bytesRead", launch.work().bytesRead());
            details.put("bytesWritten", launch.work().bytesWritten());
            slice(json, launch, LAUNCHES, span.begin(), span.end(), details);
        }
        for (RunTrace.PartSpan part : run.parts()) {
            LaunchInfo launch = run.launches().get(part.launch()).launch();
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("phase", part.phase());
            details.put("part", part.part());
            slice(json, launch, trackOf(part.worker()), part.begin(), part.end(), details);
        }
    }

    private void slice(
            JsonGenerator json, LaunchInfo launch, int track, long begin, long end, Map<String, Object> details) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("ph", "X");
        event.put("pid", PROCESS);
        event.put("tid", track);
        event.put("name", launch.name());
        event.put("cat", launch.kind());
        event.put("ts", (begin - origin()) / NANOS_A_MICRO);
        event.put("dur", (end - begin) / NANOS_A_MICRO);
        event.put("args", details);
        json.writePOJO(event);
    }

    private long origin() {
        return gradient.launches().getFirst().begin();
    }
}
