package dev.quipu.dsl;

import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The line of a user's program that made a node: the innermost caller outside the language itself.
 *
 * @param file source file name, empty when unknown
 * @param line line number, 0 when unknown
 */
public record Origin(String file, int line) {
    public static final Origin UNKNOWN = new Origin("", 0);

    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final Set<String> LANGUAGE_PACKAGES =
            Set.of("dev.quipu.dsl", "dev.quipu.dsl.op", "dev.quipu.dsl.formula", "dev.quipu.dsl.layer");

    /** Whether classes are the language's or the JDK's, by name: the same few call at every node. */
    private static final Map<String, Boolean> LANGUAGE = new ConcurrentHashMap<>();

    /** The innermost frame outside the packages of the language and of the JDK. */
    public static Origin ofCaller() {
        return WALKER.walk(Origin::innermost);
    }

    /** A loop, since every op that is traced asks and a stream costs as much again as the walk. */
    private static Origin innermost(Stream<StackWalker.StackFrame> frames) {
        Iterator<StackWalker.StackFrame> outwards = frames.iterator();
        while (outwards.hasNext()) {
            StackWalker.StackFrame frame = outwards.next();
            if (!LANGUAGE.computeIfAbsent(frame.getClassName(), Origin::isLanguage)) {
                return new Origin(file(frame), Math.max(0, frame.getLineNumber()));
            }
        }
        return UNKNOWN;
    }

    private static boolean isLanguage(String className) {
        String packageName = className.substring(0, Math.max(0, className.lastIndexOf('.')));
        return className.startsWith("java.") || className.startsWith("jdk.") || LANGUAGE_PACKAGES.contains(packageName);
    }

    private static String file(StackWalker.StackFrame frame) {
        return frame.getFileName() == null ? frame.getClassName() : frame.getFileName();
    }

    @Override
    public String toString() {
        return file.isEmpty() ? "unknown line" : file + ":" + line;
    }
}
