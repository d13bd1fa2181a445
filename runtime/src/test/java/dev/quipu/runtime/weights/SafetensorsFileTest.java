package dev.quipu.runtime.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
    @TempDir
    Path folder;

    private static byte[] file(String header, int dataBytes) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        return buffer.putLong(json.length).put(json).array();
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("a.safetensors"), bytes);
    }

    @Test
    void readsBackWhatItWrites() throws IOException {
        Path path = folder.resolve("b.safetensors");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, -2, 3, Float.NaN, 5, 6);
            MemorySegment longs = arena.allocateFrom(ValueLayout.JAVA_LONG, Long.MIN_VALUE, 7);
            SafetensorsWriter.write(
                    path,
                    List.of(
                            new StoredTensor("odd", ElementType.U8, List.of(3L), arena.allocate(3)),
                            StoredTensor.ofFloats("a \"name\" \u00e9", List.of(2L, 3L), floats),
                            new StoredTensor("empty", ElementType.F32, List.of(0L, 4L), arena.allocate(0)),
                            StoredTensor.ofFloats("scalar", List.of(), floats.asSlice(8, 4)),
                            new StoredTensor("ids", ElementType.I64, List.of(2L), longs)),
                    Map.of("format", "pt"));
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertEquals(Map.of("format", "pt"), file.metadata());
            assertEquals(List.of(2L, 3L), file.tensor("a \"name\" \u00e9").shape());
            assertArrayEquals(
                    new float[] {1, -2, 3, Float.NaN, 5, 6},
                    file.tensor("a \"name\" \u00e9").toFloats());
            assertArrayEquals(new float[] {3}, file.tensor("scalar").toFloats());
            assertArrayEquals(new long[] {Long.MIN_VALUE, 7}, file.tensor("ids").toLongs());
            assertEquals(0, file.tensor("empty").elements());
            assertEquals(5, file.tensors().size());
            for (StoredTensor tensor : file.tensors().values()) {
                assertEquals(0, tensor.data().address() % tensor.type().bytes(1), tensor.toString());
            }
        }
    }

    @Test
    void readsTheGoldenFiles() throws Exception {
        Path golden = Path.of(getClass().getResource("/golden/llama-tiny").toURI());
        try (SafetensorsFile file = SafetensorsFile.open(golden.resolve("case.safetensors"))) {
            assertEquals(List.of(3L, 19L), file.tensor("input_ids").shape());
            assertEquals(57, file.tensor("input_ids").toLongs().length);
            float[] logits = file.tensor("logits").toFloats();
            long[] targets = file.tensor("targets").toLongs();
            assertEquals(file.tensor("loss").toFloats()[0], crossEntropy(logits, targets, 97), 1e-6);
        }
    }

    private static double crossEntropy(float[] logits, long[] targets, int vocabulary) {
        double loss = 0;
        for (int row = 0; row < targets.length; row++) {
            double sum = 0;
            for (int token = 0; token < vocabulary; token++) {
                sum += Math.exp(logits[row * vocabulary + token]);
            }
            loss += Math.log(sum) - logits[row * vocabulary + (int) targets[row]];
        }
        return loss / targets.length;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                 | 7  | truncated
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                 | 9  | expected 8 bytes of data
        {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}                 | 8  | expected 12 bytes for F32 of shape [3]
        {"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}                 | 8  | found F33
        {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}                | 8  | found -2
        {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}               | 8  | found 1.5
        {"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}} | 0 | fits 64 bits
        {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}} | 0 | fits 64 bits
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}                 | 8  | data_offsets [begin
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}                   | 8  | data_offsets [begin
        {"a":{"dtype":"F32","shape":[2]}}                                      | 8  | found nothing
        {"a":{"dtype":"F32","data_offsets":[0,8]}}                             | 8  | found nothing
        {"a":{"shape":[2],"data_offsets":[0,8]}}                               | 8  | found nothing
        {"a":3}                                                                | 0  | found a JSON number
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}} | 3 | begins at 2
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}} | 5 | begins at 2
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}} | 4 | uplicate
        {"__metadata__":{"x":1}}                                               | 0  | text under __metadata__.x
        {"__metadata__":3}                                                     | 0  | a JSON object under __metadata__
        [1]                                                                    | 0  | a JSON object as header
        {"a":                                                                  | 0  | a header in JSON
        """)
    void refusesADamagedHeaderInOneLine(String header, int dataBytes, String expected) throws IOException {
        Path path = write(file(header, dataBytes));
        String message = assertThrows(QuipuException.class, () -> SafetensorsFile.open(path))
                .getMessage();
        assertTrue(message.contains(expected), message);
        assertTrue(message.startsWith(path.toString()), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void refusesAFileThatIsMissingOrTooShortForItsHeader() throws IOException {
        Path missing = folder.resolve("none");
        assertThrows(QuipuException.class, () -> SafetensorsFile.open(missing));
        for (byte[] bytes : List.of(new byte[0], new byte[7], new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, 0})) {
            Path path = write(bytes);
            assertThrows(QuipuException.class, () -> SafetensorsFile.open(path));
        }
    }

    @Test
    void refusesATensorOfAnotherTypeOrShape() throws IOException {
        Path path = write(file("{\"a\":{\"dtype\":\"I16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            StoredTensor tensor = file.tensor("a");
            assertThrows(QuipuException.class, tensor::toFloats);
            assertThrows(QuipuException.class, tensor::toLongs);
            assertThrows(QuipuException.class, () -> tensor.expect(ElementType.F32));
            assertThrows(QuipuException.class, () -> tensor.expectShape(List.of(3L)));
            assertThrows(QuipuException.class, () -> file.tensor("b"));
        }
    }
}
