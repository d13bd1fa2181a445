package dev.quipu.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LlamaConfigTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0  | 2 | 4 | 2 | 16 | 128 | 99 | 32 | 1e-5 | 1e4 | 0  | dim to be at least 1, found 0
        64 | 0 | 4 | 2 | 16 | 128 | 99 | 32 | 1e-5 | 1e4 | 0  | layers to be at least 1, found 0
        64 | 2 | 0 | 2 | 16 | 128 | 99 | 32 | 1e-5 | 1e4 | 0  | heads to be at least 1, found 0
        64 | 2 | 4 | 0 | 16 | 128 | 99 | 32 | 1e-5 | 1e4 | 0  | keyValueHeads to be at least 1, found 0
        64 | 2 | 4 | 3 | 16 | 128 | 99 | 32 | 1e-5 | 1e4 | 0  | keyValueHeads to be a number that divides the 4 heads, found 3
        64 | 2 | 4 | 2 | 15 | 128 | 99 | 32 | 1e-5 | 1e4 | 0  | headSize to be an even number, because RoPE rotates pairs of channels, found 15
        64 | 2 | 4 | 2 | 16 | -1  | 99 | 32 | 1e-5 | 1e4 | 0  | hidden to be at least 1, found -1
        64 | 2 | 4 | 2 | 16 | 128 | 0  | 32 | 1e-5 | 1e4 | 0  | vocabulary to be at least 1, found 0
        64 | 2 | 4 | 2 | 16 | 128 | 99 | 0  | 1e-5 | 1e4 | 0  | context to be at least 1, found 0
        64 | 2 | 4 | 2 | 16 | 128 | 99 | 32 | 0    | 1e4 | 0  | normEpsilon to be a small positive number, found 0.0
        64 | 2 | 4 | 2 | 16 | 128 | 99 | 32 | 1e-5 | 1   | 0  | ropeTheta to be a number above 1, found 1.0
        64 | 2 | 4 | 2 | 16 | 128 | 99 | 32 | 1e-5 | 1e4 | -1 | window to be 0 (no window) or more, found -1
        """)
    void refusesSizesThatDoNotFit(
            int dim,
            int layers,
            int heads,
            int keyValueHeads,
            int headSize,
            int hidden,
            int vocabulary,
            int context,
            double epsilon,
            double theta,
            int window,
            String message) {
        QuipuException mistake = assertThrows(
                QuipuException.class,
                () -> new LlamaConfig(
                        dim,
                        layers,
                        heads,
                        keyValueHeads,
                        headSize,
                        hidden,
                        vocabulary,
                        context,
                        epsilon,
                        theta,
                        false,
                        window));
        assertEquals("model configuration: expected " + message, mistake.getMessage());
    }

    @Test
    void refusesHeadsThatDoNotDivideTheChannels() {
        QuipuException mistake = assertThrows(QuipuException.class, () -> LlamaConfig.of(64, 2, 5, 128, 99, 32));
        assertEquals(
                "model configuration: expected heads to be a number that divides dim 64, found 5",
                mistake.getMessage());
    }
}
