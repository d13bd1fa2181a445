package dev.quipu.runtime.model;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;

/** Models by their classes. */
final class ModelClasses {
    private ModelClasses() {}

    /** The model of a class on the class path; null when there is no such class. */
    static Model find(String className) {
        Class<?> type;
        try {
            type = Class.forName(className, true, ClassLoader.getSystemClassLoader());
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            return null; // file systems that ignore case find another class's file: NoClassDefFoundError
        }
        if (!Model.class.isAssignableFrom(type)) {
            throw QuipuException.of("a class that implements " + Model.class.getName(), "another", className, "");
        }
        return instantiate(type.asSubclass(Model.class), className);
    }

    /**
     * Calls the constructor without arguments.
     *
     * @throws QuipuException if there is none, or what it throws when that is one
     */
    static Model instantiate(Class<? extends Model> type, String where) {
        try {
            Constructor<? extends Model> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            throw new QuipuException(
                    where + ": expected a constructor of " + type.getSimpleName()
                            + " without arguments, found none; add one that chooses the sizes",
                    e);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof QuipuException mistake) {
                throw mistake;
            }
            throw new QuipuException(
                    where + ": expected new " + type.getSimpleName() + "() to return, found " + e.getCause()
                            + place(type, e.getCause()),
                    e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new QuipuException(where + ": expected a class that can be made, found " + e, e);
        }
    }

    /** The user's own line in what his constructor threw. */
    private static String place(Class<?> type, Throwable thrown) {
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (frame.getClassName().startsWith(type.getName())) {
                return " at " + frame.getFileName() + ":" + frame.getLineNumber();
            }
        }
        return "";
    }
}
