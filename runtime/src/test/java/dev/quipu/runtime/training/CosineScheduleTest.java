package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.weights.SafetensorsFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CosineScheduleTest {
    @Test
    void isTheGoldenSchedule() throws Exception {
        Path file = Path.of(
                getClass().getResource("/golden/llama-tiny/train.safetensors").toURI());
        CosineSchedule schedule = new CosineSchedule(0.003, 5, 30, CosineSchedule.PAPER_FINAL_SHARE);
        try (SafetensorsFile golden = SafetensorsFile.open(file)) {
            float[] rates = golden.tensor("lr").toFloats();
            for (int step = 1; step <= 30; step++) {
                assertEquals(rates[step - 1], schedule.at(step), 1e-9, "step " + step);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10, 20, 0.1, 0.5",
        "20, 20, 0.1, 1",
        "60, 20, 0.1, 0.55",
        "100, 20, 0.1, 0.1",
        "100, 20, 0, 0",
        "1, 0, 0, 0.999753",
        "100, 100, 0.1, 1"
    })
    void risesAndFalls(long step, long warmup, double finalShare, double expected) {
        assertEquals(expected, new CosineSchedule(1, warmup, 100, finalShare).at(step), 1e-6);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1, 0.1", "NaN, 0, 1, 0.1", "1, 2, 1, 0.1", "1, -1, 1, 0.1", "1, 0, 0, 0.1", "1, 0, 1, 1.1"})
    void refusesWhatIsOutOfRange(double peak, long warmup, long steps, double finalShare) {
        assertThrows(QuipuException.class, () -> new CosineSchedule(peak, warmup, steps, finalShare));
    }
}
