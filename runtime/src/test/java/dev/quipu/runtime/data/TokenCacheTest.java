package dev.quipu.runtime.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import dev.quipu.runtime.tokenizer.StreamingDecoder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCacheTest {
    @TempDir
    Path folder;

    private TokenCache cache;
    private Path text;

    @BeforeEach
    void writeText() throws IOException {
        cache = new TokenCache(folder.resolve("cache"));
        text = Files.writeString(folder.resolve("text"), "a\u20ac");
    }

    private int[] tokens(Tokenizer tokenizer) {
        try (TokenFile file = cache.tokens(TextFiles.of(List.of(text, text)), tokenizer)) {
            return IntStream.range(0, (int) file.length()).map(file::get).toArray();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
            return files.toList();
        }
    }

    @Test
    void keepsTheTokensOfDocumentsWithTheirEnds() throws IOException {
        int[] expected = {'a', 0xE2, 0x82, 0xAC, 257, 'a', 0xE2, 0x82, 0xAC, 257};
        assertArrayEquals(expected, tokens(new ByteTokenizer()));
        try (TokenFile file = cache.tokens(TextFiles.of(List.of(text, text)), new ByteTokenizer());
                Arena arena = Arena.ofConfined()) {
            assertEquals(2, file.documents());
            assertEquals(8, file.textBytes());
            assertEquals(258, file.vocabularySize());
            MemorySegment target = arena.allocate(ValueLayout.JAVA_INT, 5);
            file.copy(4, 3, target, 1);
            assertArrayEquals(new int[] {0, 257, 'a', 0xE2, 0}, target.toArray(ValueLayout.JAVA_INT));
            assertThrows(IndexOutOfBoundsException.class, () -> file.copy(8, 3, target, 0));
        }
        assertEquals(1, files().size());
    }

    @Test
    void tokenizesOnceAndAgainWhenTheTextChanged() throws IOException {
        tokens(new ByteTokenizer());
        Path file = files().getFirst();
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        tokens(new ByteTokenizer());
        assertEquals(0, Files.getLastModifiedTime(file).toMillis());
        Files.writeString(text, "other");
        assertEquals('o', tokens(new ByteTokenizer())[0]);
    }

    @Test
    void makesADamagedFileAnew() throws IOException {
        int[] expected = tokens(new ByteTokenizer());
        Path file = files().getFirst();
        byte[] valid = Files.readAllBytes(file);
        for (int damaged = 0; damaged < valid.length; damaged++) {
            byte[] bytes = valid.clone();
            bytes[damaged] ^= 4;
            Files.write(file, bytes);
            assertThrows(QuipuException.class, () -> TokenFile.open(file));
        }
        assertArrayEquals(expected, tokens(new ByteTokenizer()));
        Files.write(file, java.util.Arrays.copyOf(valid, valid.length - 1));
        assertArrayEquals(expected, tokens(new ByteTokenizer()));
        Files.write(file, new byte[0]);
        assertArrayEquals(expected, tokens(new ByteTokenizer()));
        assertEquals(1, files().size());
    }

    @Test
    void holdsLargeVocabulariesInFourBytes() {
        assertArrayEquals(new int[] {70_000, 70_000}, tokens(new LargeTokenizer(70_001, false)));
        assertArrayEquals(new int[] {65_535, 65_535}, tokens(new LargeTokenizer(65_536, false)));
    }

    @Test
    void documentsBeginAsPromptsDo() {
        assertArrayEquals(new int[] {4, 4}, tokens(new LargeTokenizer(5, false)));
        assertArrayEquals(new int[] {1, 4, 1, 4}, tokens(new LargeTokenizer(5, true)));
    }

    @Test
    void leavesNothingBehindWhenTheTextCannotBeRead() throws IOException {
        Files.write(text, new byte[] {(byte) 0xFF});
        assertThrows(QuipuException.class, () -> tokens(new ByteTokenizer()));
        assertEquals(List.of(), files());
    }

    @Test
    void saysWhichFolderCannotBeWritten() {
        cache = new TokenCache(text.resolve("cache"));
        String message = assertThrows(QuipuException.class, () -> tokens(new ByteTokenizer()))
                .getMessage();
        assertTrue(message.contains("XDG_CACHE_HOME"), message);
    }

    /** One token for each text: the last of its vocabulary. */
    private record LargeTokenizer(int vocabularySize, boolean beginsPrompts) implements Tokenizer {
        @Override
        public String piece(int token) {
            return Integer.toString(token);
        }

        @Override
        public String name() {
            return "large " + vocabularySize;
        }

        @Override
        public int[] encode(String text) {
            return new int[] {vocabularySize - 1};
        }

        @Override
        public StreamingDecoder streamingDecoder() {
            throw new AssertionError("not decoded here");
        }

        @Override
        public OptionalInt beginOfText() {
            return beginsPrompts ? OptionalInt.of(1) : OptionalInt.empty();
        }

        @Override
        public OptionalInt endOfText() {
            return OptionalInt.empty();
        }

        @Override
        public void save(Path folder) {
            throw new AssertionError("not saved here");
        }
    }
}
