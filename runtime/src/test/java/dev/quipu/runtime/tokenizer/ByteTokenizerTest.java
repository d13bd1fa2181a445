package dev.quipu.runtime.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteTokenizerTest {
    private final Tokenizer tokenizer = new ByteTokenizer();

    @ParameterizedTest
    @ValueSource(strings = {"", "class A {}\n", "gr\u00fc\u00df \u20ac \uD83D\uDE00", "\u0000\uFEFF\uFFFF"})
    void decodesWhatItEncodes(String text) {
        assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
    }

    @Test
    void tokensAreBytes() {
        assertArrayEquals(new int[] {'a', 0xE2, 0x82, 0xAC}, tokenizer.encode("a\u20ac"));
        assertEquals(258, tokenizer.vocabularySize());
        assertEquals(256, tokenizer.beginOfText().getAsInt());
        assertEquals(257, tokenizer.endOfText().getAsInt());
        assertEquals("ab", tokenizer.decode(256, 'a', 257, 'b'));
    }

    @Test
    void streamsCharactersWhenTheyAreComplete() {
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        assertEquals("a", decoder.next('a'));
        assertEquals("", decoder.next(0xE2));
        assertEquals("", decoder.next(0x82));
        assertEquals("\u20ac", decoder.next(0xAC));
        assertEquals("", decoder.next(0xE2));
        assertEquals("\uFFFDb", decoder.next('b'));
        assertEquals("", decoder.next(0xF0));
        assertEquals("\uFFFD", decoder.finish());
        assertEquals("c", decoder.next('c'));
        assertEquals("", decoder.finish());
    }

    @Test
    void streamedPiecesAreTheWholeForAnyBytes() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            int[] tokens = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                tokens[i] = bytes[i] & 0xFF;
            }
            assertEquals(new String(bytes, java.nio.charset.StandardCharsets.UTF_8), tokenizer.decode(tokens));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 258, 1000})
    void refusesIdsOutsideTheVocabulary(int token) {
        assertThrows(QuipuException.class, () -> tokenizer.decode(token));
    }

    @Test
    void isFoundWhereItWasSaved(@TempDir Path folder) throws IOException {
        assertThrows(QuipuException.class, () -> Tokenizer.load(folder));
        tokenizer.save(folder);
        assertEquals(tokenizer.name(), Tokenizer.load(folder).name());
        Files.writeString(folder.resolve(ByteTokenizer.FILE), "{\"tokenizer\":\"words\"}");
        String message =
                assertThrows(QuipuException.class, () -> Tokenizer.load(folder)).getMessage();
        assertTrue(message.contains("words"), message);
    }
}
