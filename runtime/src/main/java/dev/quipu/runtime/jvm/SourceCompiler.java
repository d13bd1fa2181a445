package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;
import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.codegen.jvm.JvmWriter;
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
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Compiles generated sources in memory. Javac's index of the JDK and of the class path is kept from one program to the next. */
final class SourceCompiler {
    private static final int SHOWN = 3;
    private static final List<String> OPTIONS =
            List.of("-g", "-proc:none", "-nowarn", "-Xlint:none", "--add-modules=jdk.incubator.vector");

    private final JavaCompiler javac;
    private final StandardJavaFileManager usualFiles;

    /**
     * @throws QuipuException if the running Java is no JDK
     */
    SourceCompiler() {
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
            usualFiles.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Generated classes see the JDK and their interface, wherever that was loaded from. */
    private static List<Path> classPath() {
        CodeSource source = JvmKernel.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new AssertionError("no code source of " + JvmKernel.class);
        }
        try {
            return List.of(Path.of(source.getLocation().toURI()));
        } catch (URISyntaxException e) {
            throw new AssertionError(source.toString(), e);
        }
    }

    /**
     * Compiles all sources in one go.
     *
     * @param compiled class files of the generated package that the sources may use, by binary name
     * @return the new class files by binary name
     * @throws AssertionError if javac refuses one: with the generated line, and what the source was generated from
     */
    synchronized Map<String, byte[]> compile(List<JvmProgram.Source> sources, Map<String, byte[]> compiled) {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        MemoryFiles files = new MemoryFiles(usualFiles, JvmWriter.PACKAGE, compiled);
        List<MemoryFiles.Source> units =
                sources.stream().map(MemoryFiles.Source::new).toList();
        boolean accepted =
                javac.getTask(null, files, diagnostics, OPTIONS, null, units).call();
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
            if (diagnostic.getSource() instanceof MemoryFiles.Source unit) {
                JvmProgram.Source source = unit.source();
                long line = diagnostic.getLineNumber();
                String text = source.text()
                        .lines()
                        .skip(Math.max(0, line - 1))
                        .findFirst()
                        .orElse("");
                lines.add("javac refuses line " + line + " of the generated " + source.className() + ": " + message
                        + "\n    " + text.strip() + "\n  generated from " + String.join("; ", source.clusters()));
            } else {
                lines.add("javac: " + message);
            }
        }
        return String.join("\n", lines);
    }
}
