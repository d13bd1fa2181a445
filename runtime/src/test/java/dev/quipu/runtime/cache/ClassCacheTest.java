package dev.quipu.runtime.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassCacheTest {
    private static final byte[] OUTER = {1, 2, 3};
    private static final byte[] NESTED = {};
    private static final Map<String, byte[]> CLASSES = Map.of("p.A", OUTER, "p.A$B", NESTED);

    @TempDir
    private Path folder;

    private ClassCache cache(long mostBytes) {
        return new ClassCache(folder.resolve("kernels"), mostBytes);
    }

    private static List<Path> files(ClassCache cache) throws IOException {
        try (Stream<Path> files = Files.list(cache.folder())) {
            return files.toList();
        }
    }

    @Test
    void givesBackWhatWasKept() {
        ClassCache cache = cache(1 << 20);
        assertTrue(cache.read("key").isEmpty());
        cache.write(Map.of("key", CLASSES));
        Map<String, byte[]> read = cache.read("key").orElseThrow();
        assertEquals(CLASSES.keySet(), read.keySet());
        assertArrayEquals(OUTER, read.get("p.A"));
        assertArrayEquals(NESTED, read.get("p.A$B"));
        assertTrue(cache.read("other").isEmpty());
        assertEquals(1, cache.contents().files());
    }

    @Test
    void whatIsBrokenIsNotThereAndCanBeKeptAgain() throws IOException {
        ClassCache cache = cache(1 << 20);
        cache.write(Map.of("key", CLASSES));
        Path file = files(cache).getFirst();
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 9) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertTrue(cache.read("key").isEmpty(), "cut to " + length);
        }
        for (int i = 0; i < whole.length; i += 9) {
            byte[] changed = whole.clone();
            changed[i] ^= 4;
            Files.write(file, changed);
            assertTrue(cache.read("key").isEmpty(), "changed at " + i);
        }
        cache.write(Map.of("key", CLASSES));
        assertTrue(cache.read("key").isPresent());
    }

    @Test
    void whatWasUsedLongestAgoGoesFirst() throws IOException {
        ClassCache cache = cache(1000);
        Map<String, byte[]> large = Map.of("p.A", new byte[240]);
        cache.write(Map.of("a", large));
        cache.write(Map.of("b", large));
        cache.write(Map.of("c", large));
        for (Path file : files(cache)) {
            Files.setLastModifiedTime(file, FileTime.fromMillis(file.toString().contains("a.") ? 1000 : 2000));
        }
        assertTrue(cache.read("a").isPresent()); // a use, so that b or c is the oldest now
        cache.write(Map.of("d", large));
        assertTrue(cache.contents().bytes() <= 1000);
        assertTrue(cache.read("a").isPresent());
        assertTrue(cache.read("d").isPresent());
        assertTrue(cache.read("b").isEmpty());
    }

    @Test
    void aFolderThatCannotBeUsedIsAsGoodAsEmpty() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        ClassCache cache = new ClassCache(file, 1 << 20);
        cache.write(Map.of("key", CLASSES));
        assertTrue(cache.read("key").isEmpty());
        assertEquals(new ClassCache.Contents(0, 0), cache.contents());
    }

    @Test
    void severalMayWriteAtTheSameTime() throws IOException {
        ClassCache cache = cache(1 << 20);
        IntStream.range(0, 64).parallel().forEach(i -> {
            cache.write(Map.of("key", CLASSES, "key" + i % 4, CLASSES));
            assertArrayEquals(OUTER, cache.read("key").orElseThrow().get("p.A"));
        });
        assertEquals(5, files(cache).size());
    }

    @Test
    void isTurnedOffByPropertyOrVariable() {
        assertTrue(ClassCache.isOn(null, null));
        assertTrue(ClassCache.isOn(null, "on"));
        assertFalse(ClassCache.isOn(null, "off"));
        assertFalse(ClassCache.isOn("off", "on"));
        assertTrue(ClassCache.isOn("on", "off"));
        QuipuException refused = assertThrows(QuipuException.class, () -> ClassCache.isOn(null, "no"));
        assertTrue(refused.getMessage().contains(ClassCache.VARIABLE), refused.getMessage());
    }
}
