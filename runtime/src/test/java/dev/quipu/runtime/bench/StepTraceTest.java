package dev.quipu.runtime.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.LaunchWork;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.LaunchInfo;
import dev.quipu.runtime.device.RunTrace;
import dev.quipu.runtime.device.RunTrace.LaunchSpan;
import dev.quipu.runtime.device.RunTrace.PartSpan;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StepTraceTest {
    @TempDir
    private Path folder;

    private final LaunchInfo launch = new LaunchInfo("layers_norm", "rows", "4x8", new LaunchWork(3, 5, 7));
    private final StepTrace trace = new StepTrace(
            new RunTrace(
                    List.of(new LaunchSpan(launch, 5_000, 9_500)),
                    List.of(new PartSpan(0, 0, 0, 0, 5_500, 7_000), new PartSpan(0, 0, 1, 1, 6_000, 9_000))),
            new RunTrace(
                    List.of(new LaunchSpan(launch.among("optimizer"), 10_000, 11_000)),
                    List.of(new PartSpan(0, 1, 2, 0, 10_000, 11_000))));

    private JsonNode written() {
        Path file = folder.resolve("trace.json");
        trace.write(file);
        return JsonMapper.shared().readTree(file.toFile()).path("traceEvents");
    }

    private static List<JsonNode> slices(JsonNode events, int track) {
        return events.valueStream()
                .filter(event -> event.path("ph").asString().equals("X")
                        && event.path("tid").asInt() == track)
                .toList();
    }

    @Test
    void aTrackForLaunchesAndOneForEachWorker() {
        List<String> tracks = written()
                .valueStream()
                .filter(event -> event.path("name").asString().equals("thread_name"))
                .map(event -> event.path("tid").asInt() + " "
                        + event.path("args").path("name").asString())
                .toList();
        assertEquals(List.of("0 launches", "1 worker 0", "2 worker 1"), tracks);
    }

    @Test
    void launchesHaveTheirWork() {
        JsonNode slice = slices(written(), 0).getFirst();
        assertEquals("layers_norm", slice.path("name").asString());
        assertEquals("rows", slice.path("cat").asString());
        assertEquals(0, slice.path("ts").asDouble());
        assertEquals(4.5, slice.path("dur").asDouble());
        assertEquals(
                "{\"program\":\"gradient\",\"shape\":\"4x8\",\"flops\":3,\"bytesRead\":5,\"bytesWritten\":7}",
                slice.path("args").toString());
    }

    @Test
    void partsStandOnTheirWorkersTrack() {
        JsonNode events = written();
        JsonNode part = slices(events, 2).getFirst();
        assertEquals(1, part.path("ts").asDouble());
        assertEquals(3, part.path("dur").asDouble());
        assertEquals("{\"phase\":0,\"part\":1}", part.path("args").toString());
        JsonNode updating = slices(events, 1).getLast();
        assertEquals("optimizer", updating.path("cat").asString());
        assertEquals(5, updating.path("ts").asDouble());
    }

    @Test
    void aFileThatCannotBeWrittenIsSaidInOneLine() {
        Path missing = folder.resolve("missing").resolve("trace.json");
        QuipuException refusal = assertThrows(QuipuException.class, () -> trace.write(missing));
        assertTrue(refusal.getMessage().contains("expected a file that can be written"), refusal.getMessage());
    }
}
