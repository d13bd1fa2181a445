package dev.quipu.runtime.compilation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;

/** Javac's files where sources and some class files are memory, and all else is as usual. */
final class MemoryFiles extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, byte[]> compiled;
    private final Map<String, ClassFile> written = new LinkedHashMap<>();

    /**
     * @param compiled class files that are already there, by binary name
     */
    MemoryFiles(JavaFileManager usual, Map<String, byte[]> compiled) {
        super(usual);
        this.compiled = compiled;
    }

    /** A source file. */
    static final class SourceFile extends SimpleJavaFileObject {
        private final Source source;

        SourceFile(Source source) {
            super(URI.create("memory:///" + source.binaryName().replace('.', '/') + ".java"), Kind.SOURCE);
            this.source = source;
        }

        Source source() {
            return source;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source.text();
        }
    }

    /** A class file, read or written. */
    private static final class ClassFile extends SimpleJavaFileObject {
        private final String binaryName;
        private byte[] bytes;

        ClassFile(String binaryName, byte[] bytes) {
            super(URI.create("memory:///" + binaryName.replace('.', '/') + ".class"), Kind.CLASS);
            this.binaryName = binaryName;
            this.bytes = bytes;
        }

        @Override
        public InputStream openInputStream() {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public OutputStream openOutputStream() {
            return new ByteArrayOutputStream() {
                @Override
                public void close() {
                    bytes = toByteArray();
                }
            };
        }
    }

    /** The class files that javac wrote, by binary name. */
    Map<String, byte[]> written() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        written.forEach((name, file) -> files.put(name, file.bytes));
        return files;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
            Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
        return written.computeIfAbsent(className, name -> new ClassFile(name, new byte[0]));
    }

    @Override
    public Iterable<JavaFileObject> list(
            Location location, String listed, Set<JavaFileObject.Kind> kinds, boolean recurse) throws IOException {
        List<JavaFileObject> files = new ArrayList<>();
        if (location == StandardLocation.CLASS_PATH && kinds.contains(JavaFileObject.Kind.CLASS)) {
            compiled.forEach((name, bytes) -> {
                if (name.substring(0, name.lastIndexOf('.')).equals(listed)) {
                    files.add(new ClassFile(name, bytes));
                }
            });
        }
        super.list(location, listed, kinds, recurse).forEach(files::add);
        return files;
    }

    @Override
    public String inferBinaryName(Location location, JavaFileObject file) {
        return file instanceof ClassFile ours ? ours.binaryName : super.inferBinaryName(location, file);
    }

    /** The usual files serve the next task as well. */
    @Override
    public void close() {}
}
