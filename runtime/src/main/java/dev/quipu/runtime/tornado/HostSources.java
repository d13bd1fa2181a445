package dev.quipu.runtime.tornado;

import dev.quipu.codegen.tornado.TornadoApi;
import dev.quipu.tornado.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sources of the package {@code dev.quipu.tornado}, which every generated program needs: as they are, they run on the
 * emulator; over TornadoVM's own classes they are compiled while Quipu runs, or by whoever has a written folder.
 */
public final class HostSources {
    private static final List<String> CLASSES = List.of(
            "Computation",
            "GeneratedProgram",
            "LibraryProduct",
            "Main",
            "Memory",
            "Rooms",
            "Session",
            "SparseMemory",
            "Stage");

    private HostSources() {}

    /** Texts by class name, over TornadoVM's API. */
    public static Map<String, String> all() {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : CLASSES) {
            texts.put(name, TornadoApi.real(text(name)));
        }
        return texts;
    }

    private static String text(String name) {
        try (InputStream input = Session.class.getResourceAsStream(name + ".java")) {
            if (input == null) {
                throw new AssertionError("no source of " + name + " beside its class");
            }
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
