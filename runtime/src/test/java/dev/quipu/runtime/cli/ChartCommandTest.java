package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code chart}; its refusals stand among all bad calls. */
class ChartCommandTest {
    @TempDir
    private Path folder;

    private Path run(String name, String... metrics) throws IOException {
        Path run = Files.createDirectory(folder.resolve(name));
        Files.write(run.resolve("metrics.jsonl"), List.of(metrics));
        return run;
    }

    private static String training(int step, double loss) {
        return "{\"kind\":\"training\",\"step\":" + step + ",\"loss\":" + loss
                + ",\"gradientNorm\":1,\"learningRate\":0.001,\"tokens\":8,\"tokensPerSecond\":9,\"flopsPerSecond\":10}";
    }

    @Test
    void severalRunsAreOneTableAndOnePicture() throws IOException {
        Path first = run("first", training(1, 5.5), training(2, 4.25));
        Path second = run("second", training(1, 3), "{\"kind\":\"validation\",\"step\":1,\"loss\":2.125}");
        Path svg = folder.resolve("losses.svg");
        Path png = folder.resolve("losses.PNG");

        Call call = Call.of("chart", first.toString(), second.toString(), "--out", svg.toString());
        assertEquals("""
            run     device  step  training  validation
            first   -          2    4.2500           -
            second  -          1    3.0000      2.1250
            drawn in %s
            """.formatted(svg), call.output(), call::errors);
        String text = Files.readString(svg);
        assertTrue(text.contains("<svg") && text.contains("</svg"));

        assertEquals(
                0, Call.of("chart", first.toString(), "--out", png.toString()).exitCode());
        assertTrue(ImageIO.read(png.toFile()).getWidth() > 1000);
    }
}
