package dev.quipu.runtime.tornado;

import java.util.Map;

/** Defines the classes whose files it is given, also where its parent has some of the same names. */
final class MemoryClassLoader extends ClassLoader {
    private final Map<String, byte[]> classFiles;

    /**
     * @param classFiles by binary name
     */
    MemoryClassLoader(ClassLoader parent, Map<String, byte[]> classFiles) {
        super(parent);
        this.classFiles = Map.copyOf(classFiles);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            byte[] bytes = classFiles.get(name);
            if (bytes == null) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known == null ? defineClass(name, bytes, 0, bytes.length) : known;
        }
    }
}
