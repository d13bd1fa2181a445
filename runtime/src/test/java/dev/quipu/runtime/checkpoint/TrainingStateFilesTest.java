package dev.quipu.runtime.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.data.StreamPosition;
import dev.quipu.runtime.weights.SafetensorsFile;
import dev.quipu.runtime.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingStateFilesTest {
    @TempDir
    Path folder;

    private static TrainingState state() {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        settings.put("model", "llama-tiny");
        settings.put("lr", "0.001");
        return new TrainingState(12, new StreamPosition(1, 7), -42, 1L << 40, 3.25, settings);
    }

    private void write() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            var first = StoredTensor.ofFloats(
                    AdamW.firstMoment("w"), List.of(2L), arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2));
            var second = StoredTensor.ofFloats(
                    AdamW.secondMoment("w"), List.of(2L), arena.allocateFrom(ValueLayout.JAVA_FLOAT, 3, 4));
            TrainingStateFiles.write(folder, state(), List.of(first, second));
        }
    }

    @Test
    void readsBackWhatItWrites() throws IOException {
        write();
        assertEquals(state(), TrainingStateFiles.readState(folder));
        try (SafetensorsFile moments = TrainingStateFiles.openMoments(folder)) {
            assertArrayEquals(new float[] {1, 2}, moments.tensor("adam.m.w").toFloats());
            assertArrayEquals(new float[] {3, 4}, moments.tensor("adam.v.w").toFloats());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "version" : 1    | "version" : 2
        "step" : 12      | "step" : -1
        "step" : 12      | "steps" : 12
        "step" : 12      | "step" : "x"
        "seed" : -42,    | ''
        "epoch" : 1      | "epoch" : -1
        {                | [
        """)
    void refusesADamagedState(String found, String replacement) throws IOException {
        write();
        Path file = folder.resolve(TrainingStateFiles.STATE);
        String text = Files.readString(file);
        assertTrue(text.contains(found), text);
        Files.writeString(file, text.replace(found, replacement));
        assertThrows(QuipuException.class, () -> TrainingStateFiles.readState(folder));
    }

    @Test
    void refusesAFolderThatIsNoCheckpoint() {
        assertThrows(QuipuException.class, () -> TrainingStateFiles.readState(folder));
        assertThrows(QuipuException.class, () -> TrainingStateFiles.openMoments(folder));
    }
}
