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
import java.util.List;
import java.util.Map;

/**
 * The class through which TornadoVM calls cuBLAS. It implements an interface of TornadoVM's, so it is compiled while Quipu runs,
 * and TornadoVM looks for it where Quipu's own classes are, so it becomes one of them.
 */
final class LibraryProvider {
    static final String PROVIDER = "CublasProvider";

    private static final List<String> CLASSES = List.of("CublasContext", PROVIDER);
    private static final String HERE = LibraryProvider.class.getPackageName();
    private static boolean defined;

    private LibraryProvider() {}

    /** Makes TornadoVM find it, before the first task of a library's runs. */
    static synchronized void define(Sdk sdk) {
        if (defined) {
            return;
        }
        defined = true;
        Map<String, byte[]> classFiles = classFiles(sdk);
        for (String name : CLASSES) {
            try {
                MethodHandles.lookup().defineClass(classFiles.get(HERE + "." + name));
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** The provider and its context, compiled. */
    static Map<String, byte[]> classFiles(Sdk sdk) {
        List<Path> classPath = List.of(sdk.apiJar(), sdk.runtimeJar(), SourceCompiler.home(Cublas.class));
        List<Source> sources = CLASSES.stream()
                .map(name -> new Source(HERE, name, text(name), List.of("Quipu's own source")))
                .toList();
        return new SourceCompiler(classPath, List.of()).compile(sources, Map.of());
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
