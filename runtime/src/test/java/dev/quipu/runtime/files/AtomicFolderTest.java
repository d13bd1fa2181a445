package dev.quipu.runtime.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AtomicFolderTest {
    @TempDir
    Path parent;

    private Path target;

    @BeforeEach
    void nameTarget() {
        target = parent.resolve("run");
    }

    private static AtomicFolder.Content content(String text) {
        return folder -> {
            Files.writeString(folder.resolve("file"), text);
            Files.createDirectory(folder.resolve("inner"));
            Files.writeString(folder.resolve("inner").resolve("file"), text);
        };
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replacesTheWholeFolder() throws IOException {
        AtomicFolder.replace(target, content("one"));
        Files.writeString(target.resolve("other"), "");
        AtomicFolder.replace(target, content("two"));
        assertEquals("two", Files.readString(target.resolve("inner/file")));
        assertFalse(Files.exists(target.resolve("other")));
        assertEquals(List.of("run"), names());
    }

    @Test
    void keepsTheOldFolderWhenTheNewOneCannotBeWritten() throws IOException {
        AtomicFolder.replace(target, content("one"));
        String message = assertThrows(
                        QuipuException.class,
                        () -> AtomicFolder.replace(target, folder -> {
                            Files.writeString(folder.resolve("file"), "two");
                            throw new IOException("No space left on device");
                        }))
                .getMessage();
        assertTrue(message.contains("No space left on device") && message.contains("intact"), message);
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFolder.replace(target, folder -> {
                    throw new IllegalStateException();
                }));
        assertEquals("one", Files.readString(target.resolve("file")));
        assertEquals(List.of("run"), names());
    }

    @Test
    void aFullDiskIsOneLine() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full here");
        String message = assertThrows(
                        QuipuException.class,
                        () -> AtomicFolder.replace(target, folder -> {
                            try (OutputStream output = Files.newOutputStream(full)) {
                                output.write(1);
                            }
                        }))
                .getMessage();
        assertTrue(message.contains("free space") && !message.contains("\n"), message);
        assertFalse(Files.exists(target));
    }

    /** Every state that a crash can leave, and the content that is to be found after it. */
    @ParameterizedTest
    @CsvSource({
        "'', none",
        "run, run",
        "writing, none",
        "run writing, run",
        "run new, new",
        "new, new",
        "new old, new",
        "old, old",
        "run old, run",
        "run new old, new"
    })
    void recoversFromACrashAtAnyMoment(String present, String expected) throws IOException {
        for (String name : present.split(" ", -1)) {
            if (!name.isEmpty()) {
                Path folder = Files.createDirectory(name.equals("run") ? target : parent.resolve("run." + name));
                Files.writeString(folder.resolve("file"), name);
            }
        }
        AtomicFolder.recover(target);
        AtomicFolder.recover(target);
        assertEquals(
                expected,
                Files.exists(target) ? Files.readString(target.resolve("file")) : "none",
                Arrays.toString(names().toArray()));
        assertEquals(expected.equals("none") ? List.of() : List.of("run"), names());
    }
}
