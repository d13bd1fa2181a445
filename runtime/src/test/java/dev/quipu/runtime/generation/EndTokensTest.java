package dev.quipu.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndTokensTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "; ; ''",
                "{\"eos_token_id\": 2}; ; 2",
                "; {\"eos_token_id\": [128001, 128009]}; 128001 128009",
                "{\"eos_token_id\": 7}; {\"eos_token_id\": [7, 9]}; 7 9",
                "{\"eos_token_id\": null}; {}; ''"
            })
    void idsOfBothFiles(String config, String generation, String expected) throws IOException {
        write("config.json", config);
        write("generation_config.json", generation);

        assertEquals(
                expected,
                EndTokens.of(folder).stream().sorted().map(Object::toString).collect(Collectors.joining(" ")));
    }

    private void write(String name, String text) throws IOException {
        if (text != null) {
            Files.writeString(folder.resolve(name), text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"eos_token_id\": \"2\"}", "{\"eos_token_id\": [1.5]}", "{"})
    void otherValuesAreRefused(String config) throws IOException {
        write("config.json", config);

        assertThrows(QuipuException.class, () -> EndTokens.of(folder));
    }
}
