package dev.quipu.runtime.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The classes of one source file, with the file's text, so that a checkpoint can keep it. */
final class SourceClasses extends ClassLoader {
    private final String fileName;
    private final String text;
    private final Map<String, byte[]> classFiles;

    SourceClasses(String fileName, String text, Map<String, byte[]> classFiles, ClassLoader parent) {
        super(parent);
        this.fileName = fileName;
        this.text = text;
        this.classFiles = classFiles;
    }

    /** The source file's name, without folders. */
    String fileName() {
        return fileName;
    }

    String text() {
        return text;
    }

    List<Class<?>> all() {
        List<Class<?>> classes = new ArrayList<>();
        for (String name : classFiles.keySet()) {
            try {
                classes.add(loadClass(name));
            } catch (ClassNotFoundException e) {
                throw new AssertionError(name, e);
            }
        }
        return classes;
    }

    /** The file's own classes come before those of their names on the class path, where an older copy may be. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            if (!classFiles.containsKey(name)) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = classFiles.get(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }
}
