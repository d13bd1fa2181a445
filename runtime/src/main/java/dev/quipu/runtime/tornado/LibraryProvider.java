package dev.quipu.runtime.tornado;

import dev.quipu.runtime.compilation.Source;
import dev.quipu.runtime.compilation.SourceCompiler;
import dev.quipu.runtime.cublas.Cublas;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The class through which TornadoVM calls cuBLAS. It implements an interface of TornadoVM's, so it is compiled while Quipu runs,
 * and TornadoVM looks for it where Quipu's own classes are, so it becomes one of them.
 */
final class LibraryProvider {
    private static final List<String> CLASSES = List.of("CublasContext", "CublasProvider");
    private static boolean defined;

    private LibraryProvider() {}

    /** Makes TornadoVM find it, before the first task of a library's runs. */
    static synchronized void define(Sdk sdk) {
        if (defined) {
            return;
        }
        defined = true;
        String here = LibraryProvider.class.getPackageName();
        Set<Path> classPath = new LinkedHashSet<>(
                List.of(sdk.apiJar(), sdk.runtimeJar(), SourceCompiler.home(Cublas.class)));
        Map<String, byte[]> classFiles = new SourceCompiler(List.copyOf(classPath), List.of())
                .compile(
                        CLASSES.stream()
                                .map(name -> new Source(here, name, text(name), List.of("Quipu's own source")))
                                .toList(),
                        Map.of());
        for (String name : CLASSES) {
            try {
                MethodHandles.lookup().defineClass(classFiles.get(here + "." + name));
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static String text(String name) {
        try (InputStream input = LibraryProvider.class.getResourceAsStream(name + ".java")) {
            if (input == null) {
                throw new AssertionError("no source of " + name);
            }
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
