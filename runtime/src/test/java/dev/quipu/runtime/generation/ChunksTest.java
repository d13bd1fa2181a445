package dev.quipu.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunksTest {
    @ParameterizedTest
    @CsvSource({
        "1, 2048, 1, 1",
        "3, 2048, 1, 1 1 1",
        "4, 2048, 1, 16",
        "17, 2048, 1, 32",
        "20, 2048, 1, 32",
        "40, 2048, 1, 32 16",
        "64, 2048, 1, 32 32",
        "96, 2048, 1, 32 32 32",
        "97, 2048, 1, 128",
        "300, 2048, 1, 128 128 32 16",
        "99, 99, 1, 32 32 32 1 1 1",
        "100, 100, 1, 32 32 32 16",
        "9, 10, 1, 1 1 1 1 1 1 1 1 1",
        "40, 2048, 2, 32 16",
        "300, 2048, 8, 16 16 16 16 16 16 16 16 16 16 16 16 16 16 16 16 16 16 16",
        "9, 2048, 9, 1 1 1 1 1 1 1 1 1",
        "3, 2048, 1000, 1 1 1"
    })
    void longChunksFirstAndPaddingWhereItIsFaster(int tokens, int context, int batch, String expected) {
        List<String> chunks =
                Chunks.of(tokens, context, batch).stream().map(Object::toString).toList();
        assertEquals(expected, String.join(" ", chunks));
    }

    /** A padded chunk must not run over the cache's end, and programs of a length begin at its multiples. */
    @Test
    void everyChunkFitsTheCache() {
        for (int context = 1; context <= 300; context++) {
            for (int tokens = 1; tokens <= context; tokens++) {
                int position = 0;
                for (int chunk : Chunks.of(tokens, context, 1)) {
                    assertTrue(chunk <= context && position % chunk == 0, tokens + " of " + context);
                    position += chunk;
                }
                assertTrue(position >= tokens && position <= Chunks.capacity(context), tokens + " of " + context);
            }
        }
    }
}
