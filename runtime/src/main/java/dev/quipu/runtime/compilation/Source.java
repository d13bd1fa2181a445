package dev.quipu.runtime.compilation;

import java.util.List;

/**
 * A Java source file.
 *
 * @param packageName of its class
 * @param className simple name of its class
 * @param origins what it was generated from, for the message when javac refuses it
 */
public record Source(String packageName, String className, String text, List<String> origins) {
    public Source {
        origins = List.copyOf(origins);
    }

    /** The class's name with its package. */
    public String binaryName() {
        return packageName + "." + className;
    }
}
