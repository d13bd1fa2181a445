package dev.quipu.runtime.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UserCacheTest {
    @Test
    void followsXdg() {
        Path home = Path.of("home");
        assertEquals(Path.of("x/quipu/tokens"), UserCache.folder("tokens", Map.of("XDG_CACHE_HOME", "x"), home));
        assertEquals(Path.of("home/.cache/quipu/tokens"), UserCache.folder("tokens", Map.of(), home));
    }
}
