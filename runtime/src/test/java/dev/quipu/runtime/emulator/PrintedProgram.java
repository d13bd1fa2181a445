package dev.quipu.runtime.emulator;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A program in the printed style, as text: compiled, instrumented and loaded. */
final class PrintedProgram {
    static final String IMPORTS = """
        package dev.quipu.generated;
        import dev.quipu.runtime.emulator.api.*;
        import dev.quipu.runtime.emulator.api.enums.*;
        import dev.quipu.runtime.emulator.api.math.*;
        import dev.quipu.runtime.emulator.api.types.arrays.*;
        """;

    private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();

    /** One for all programs: it indexes the class path once. */
    private static final JavaFileManager USUAL_FILES = JAVAC.getStandardFileManager(null, Locale.ROOT, null);

    private PrintedProgram() {}

    /** A source in memory. */
    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///dev/quipu/generated/" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Class files in memory. */
    private static final class Files extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

        Files(JavaFileManager usual) {
            super(usual);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + className.replace('.', '/')), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return written.computeIfAbsent(className, name -> new ByteArrayOutputStream());
                }
            };
        }
    }

    /** Loads the class {@code Program} of a source whose first lines are {@link #IMPORTS}. */
    static Class<?> load(String text) {
        return load("Program", Map.of("Program", text));
    }

    /** Loads a class of several sources, given by their names in the package. */
    static Class<?> load(String main, Map<String, String> sources) {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        Files files = new Files(USUAL_FILES);
        List<String> options = List.of("-g", "-proc:none", "-cp", System.getProperty("java.class.path"));
        List<Source> units = sources.entrySet().stream()
                .map(source -> new Source(source.getKey(), source.getValue()))
                .toList();
        if (!JAVAC.getTask(null, files, diagnostics, options, null, units).call()) {
            throw new AssertionError(diagnostics.getDiagnostics() + "\n" + sources);
        }
        Map<String, byte[]> classes = new HashMap<>();
        files.written.forEach((name, bytes) -> classes.put(name, Instrumentation.instrument(bytes.toByteArray())));
        ClassLoader loader = new ClassLoader(PrintedProgram.class.getClassLoader()) {
            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                byte[] bytes = classes.get(name);
                if (bytes == null) {
                    throw new ClassNotFoundException(name);
                }
                return defineClass(name, bytes, 0, bytes.length);
            }
        };
        try {
            return Class.forName("dev.quipu.generated." + main, true, loader);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    /** Loads a program and calls its {@code static Object run()}. */
    @SuppressWarnings("RethrowReflectiveOperationExceptionAsLinkageError") // the program is the test's
    static Object run(String text) {
        try {
            return load(text).getMethod("run").invoke(null);
        } catch (ReflectiveOperationException e) {
            if (e.getCause() instanceof KernelFault fault) {
                throw fault;
            }
            throw new AssertionError(e);
        }
    }
}
