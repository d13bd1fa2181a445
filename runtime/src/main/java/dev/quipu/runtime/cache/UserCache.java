package dev.quipu.runtime.cache;

import java.nio.file.Path;
import java.util.Map;

/** The user's folder of caches: {@code $XDG_CACHE_HOME/quipu}, or {@code ~/.cache/quipu}. */
public final class UserCache {
    private UserCache() {}

    /** The folder for one kind of things; it may not exist yet. */
    public static Path folder(String kind) {
        return folder(kind, System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /** As {@link #folder(String)}, of an environment and a home folder. */
    public static Path folder(String kind, Map<String, String> environment, Path home) {
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path folder = caches.isEmpty() ? home.resolve(".cache") : Path.of(caches);
        return folder.resolve("quipu").resolve(kind);
    }
}
