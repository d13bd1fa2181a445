package dev.quipu.runtime.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFilesTest {
    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static List<String> documents(Corpus corpus) throws IOException {
        Documents documents = new Documents();
        corpus.read(documents);
        return documents.complete;
    }

    private static final class Documents implements DocumentSink {
        private final List<String> complete = new ArrayList<>();
        private final StringBuilder current = new StringBuilder();
        private int pieces;

        @Override
        public void text(String piece) {
            pieces++;
            current.append(piece);
        }

        @Override
        public void endDocument() {
            complete.add(current.toString());
            current.setLength(0);
        }
    }

    @Test
    void readsFilesInTheOrderGivenAndFoldersWithAllThatIsTextInThem() throws IOException {
        Path first = write("first.txt", "first");
        write("books/a.txt", "a");
        write("books/deep/er/b.java", "b");
        write("books/.hidden", "no");
        write("books/.git/c", "no");
        Files.write(folder.resolve("books/zero.bin"), new byte[] {'x', 0});
        Files.write(folder.resolve("books/latin1.txt"), "gr\u00fcn".getBytes(StandardCharsets.ISO_8859_1));
        List<String> documents = documents(TextFiles.of(List.of(first, folder.resolve("books"))));
        assertEquals("first", documents.getFirst());
        assertEquals(Set.of("a", "b"), new TreeSet<>(documents.subList(1, documents.size())));
    }

    @Test
    void theOrderOfAFolderIsAFixedShuffle() throws IOException {
        for (int i = 0; i < 8; i++) {
            write("books/" + i, String.valueOf(i));
        }
        List<String> documents = documents(TextFiles.of(List.of(folder.resolve("books"))));
        assertEquals(List.of("6", "5", "0", "3", "2", "1", "4", "7"), documents);
    }

    @Test
    void dropsAByteOrderMarkAndReadsLargeFilesInPiecesThatEndWithALine() throws IOException {
        String line = "0123456789 \uD83D\uDE00\n";
        String large = line.repeat(200_000);
        Documents documents = new Documents();
        TextFiles.of(List.of(write("large", "\uFEFF" + large))).read(documents);
        assertEquals(List.of(large), documents.complete);
        assertTrue(documents.pieces > 1);
        assertEquals(List.of(""), documents(TextFiles.of(List.of(write("mark", "\uFEFF")))));
    }

    @Test
    void aPieceNeverSplitsACharacter() throws IOException {
        String large = "x" + "\uD83D\uDE00".repeat(700_000);
        Path file = write("large", large);
        List<Integer> ends = new ArrayList<>();
        TextPieces.read(Files.newInputStream(file), new DocumentSink() {
            @Override
            public void text(String piece) {
                ends.add(Character.isHighSurrogate(piece.charAt(piece.length() - 1)) ? 1 : 0);
            }

            @Override
            public void endDocument() {}
        });
        assertEquals(List.of(0, 0), ends);
    }

    @Test
    void theFingerprintChangesWithTheFiles() throws IOException {
        Path file = write("a", "one");
        String before = TextFiles.of(List.of(file)).fingerprint();
        assertEquals(before, TextFiles.of(List.of(file)).fingerprint());
        Files.writeString(file, "four");
        assertNotEquals(before, TextFiles.of(List.of(file)).fingerprint());
    }

    @Test
    void refusesWhatIsNotThereOrNotText() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xFF});
        assertThrows(QuipuException.class, () -> TextFiles.of(List.of(folder.resolve("none"))));
        assertThrows(QuipuException.class, () -> TextFiles.of(List.of(empty)));
        assertThrows(QuipuException.class, () -> documents(TextFiles.of(List.of(binary))));
        Files.move(binary, empty.resolve("binary"));
        assertThrows(QuipuException.class, () -> documents(TextFiles.of(List.of(empty))));
    }
}
