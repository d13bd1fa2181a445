package dev.quipu.codegen.jvm;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles generated sources in memory and loads them. */
final class GeneratedClasses extends ClassLoader {
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** Kept open: what it has read of the class path costs more than most compilations. */
    private static final StandardJavaFileManager STANDARD = COMPILER.getStandardFileManager(null, null, null);

    private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

    private GeneratedClasses() {
        super(GeneratedClasses.class.getClassLoader());
    }

    /** @param sources by simple class name */
    static GeneratedClasses compile(Map<String, String> sources) {
        GeneratedClasses loader = new GeneratedClasses();
        List<JavaFileObject> files = new ArrayList<>();
        sources.forEach((name, source) -> files.add(
                new SimpleJavaFileObject(URI.create("memory:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                }));
        StringWriter messages = new StringWriter();
        List<String> options = List.of("--add-modules", "jdk.incubator.vector", "-proc:none", "-XDuseUnsharedTable");
        boolean compiled = COMPILER.getTask(messages, loader.new Files(STANDARD), null, options, null, files)
                .call();
        if (!compiled) {
            throw new AssertionError(messages + "\n" + sources);
        }
        return loader;
    }

    Class<?> named(String simpleName) throws ClassNotFoundException {
        return loadClass(JvmWriter.PACKAGE + "." + simpleName);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        ByteArrayOutputStream bytes = classes.get(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes.toByteArray(), 0, bytes.size());
    }

    private final class Files extends ForwardingJavaFileManager<StandardJavaFileManager> {
        Files(StandardJavaFileManager standard) {
            super(standard);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return classes.computeIfAbsent(name, key -> new ByteArrayOutputStream());
                }
            };
        }
    }
}
