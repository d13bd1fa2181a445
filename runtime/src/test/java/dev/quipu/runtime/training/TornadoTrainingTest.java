package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.runtime.tornado.SdkJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs that change devices learn what a run on the jvm device learns. */
class TornadoTrainingTest {
    private static final double TOLERANCE = 1e-3;
    private static final long HALF = TinyRun.STEPS / 2;

    @TempDir
    private Path root;

    private TinyRun tiny;
    private List<Double> expected;

    @BeforeEach
    void trainOnTheJvm() throws IOException {
        tiny = new TinyRun(root);
        tiny.run("jvm", options -> {}, new TinyRun.Told());
        expected = losses("jvm");
    }

    @Test
    void aRunGoesOnOnTheEmulatorAndBack() throws IOException {
        begin("run", 1);
        TinyRunProcess.goOn(tiny, "run", "emulator", 2);
        TinyRunProcess.goOn(tiny, "run", "jvm", TinyRun.STEPS);
        assertNear("run");
    }

    @Test
    void aRunGoesOnOnAGpuAndBack() throws IOException {
        begin("run", 1);
        onGpu("run", HALF);
        TinyRunProcess.goOn(tiny, "run", "jvm", TinyRun.STEPS);
        assertNear("run");
    }

    @Test
    void aRunEndsOnAGpu() throws IOException {
        begin("run", HALF);
        onGpu("run", TinyRun.STEPS);
        assertNear("run");
    }

    private void begin(String name, long last) {
        try (TrainingText text = tiny.text();
                Trainer trainer =
                        Trainer.start(TinyRun.source(), text, TinyRun.options().build(), tiny.folder(name))) {
            trainer.run(new TinyRun.StopAfter(last, trainer));
        }
    }

    private void onGpu(String name, long last) {
        SdkJvm found = SdkJvm.run(TinyRunProcess.class, root.toString(), name, "tornado", Long.toString(last));
        assertEquals(0, found.exitCode(), found.everything());
    }

    private void assertNear(String name) throws IOException {
        List<Double> found = losses(name);
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < found.size(); i++) {
            assertEquals(expected.get(i), found.get(i), TOLERANCE * expected.get(i), "step " + (i + 1));
        }
    }

    private List<Double> losses(String name) throws IOException {
        return Files.readAllLines(tiny.folder(name).resolve("metrics.jsonl")).stream()
                .map(JsonMapper.shared()::readTree)
                .filter(metric -> metric.get("kind").asString().equals("training"))
                .map((JsonNode metric) -> metric.get("loss").asDouble())
                .toList();
    }
}
