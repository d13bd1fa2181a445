package dev.quipu.runtime.compilation;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Compiles generated sources in memory. Javac's index of the JDK and of the class path is kept from one program to the next. */
public final class SourceCompiler {
    private static final int SHOWN = 3;

    private static final List<String> ALWAYS = List.of("-g", "-proc:none", "-nowarn", "-Xlint:none");

    private final List<String> options;
    private final JavaCompiler javac;
    private final StandardJavaFileManager usualFiles;

    /**
     * @param classPath what the sources see beside the JDK
     * @param options of javac, beside those that all sources are compiled with
     * @throws QuipuException if the running Java is no JDK
     */
    public SourceCompiler(List<Path> classPath, List<String> options) {
        this.options = options(options);
        javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) {
            throw QuipuException.of(
                    "a JDK",
                    "a Java run-time environment without javac",
                    System.getProperty("java.home"),
                    "start java from a JDK");
        }
        usualFiles = javac.getStandardFileManager(null, Locale.ROOT, null);
        try {
            usualFiles.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath);
            // Else it would take sources from the class path, where some lie beside their classes.
            usualFiles.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What javac is told, but for the class path: these options beside those that all sources are compiled with. */
    public static List<String> options(List<String> more) {
        return Stream.concat(ALWAYS.stream(), more.stream()).toList();
    }

    /** The folder or jar that a class was loaded from. */
    public static Path home(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new AssertionError("no code source of " + type);
        }
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(source.toString(), e);
        }
    }

    /**
     * Compiles sources of one package in one go.
     *
     * @param compiled class files of their package that the sources may use, by binary name
     * @return the new class files by binary name
     * @throws AssertionError if javac refuses one: with the generated line, and what the source was generated from
     */
    public synchronized Map<String, byte[]> compile(List<Source> sources, Map<String, byte[]> compiled) {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        MemoryFiles files = new MemoryFiles(usualFiles, compiled);
        List<MemoryFiles.SourceFile> units =
                sources.stream().map(MemoryFiles.SourceFile::new).toList();
        boolean accepted =
                javac.getTask(null, files, diagnostics, options, null, units).call();
        if (!accepted) {
            throw new AssertionError(refusal(diagnostics.getDiagnostics()));
        }
        return files.written();
    }

    private static String refusal(List<Diagnostic<? extends JavaFileObject>> diagnostics) {
        List<String> lines = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics) {
            if (diagnostic.getKind() != Diagnostic.Kind.ERROR || lines.size() == SHOWN) {
                continue;
            }
            String message = diagnostic.getMessage(Locale.ROOT).replaceAll("\\s+", " ");
            if (diagnostic.getSource() instanceof MemoryFiles.SourceFile unit) {
                Source source = unit.source();
                long line = diagnostic.getLineNumber();
                String text = source.text()
                        .lines()
                        .skip(Math.max(0, line - 1))
                        .findFirst()
                        .orElse("");
                lines.add("javac refuses line " + line + " of the generated " + source.className() + ": " + message
                        + "\n    " + text.strip() + "\n  generated from " + String.join("; ", source.origins()));
            } else {
                lines.add("javac: " + message);
            }
        }
        return String.join("\n", lines);
    }
}
