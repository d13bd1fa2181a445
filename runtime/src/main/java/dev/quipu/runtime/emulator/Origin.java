package dev.quipu.runtime.emulator;

import java.util.Optional;

/**
 * A line of generated source.
 *
 * @param type the class of the printed program
 * @param line 0 where the class was compiled without lines
 */
public record Origin(Class<?> type, String method, int line) {
    private static final String OWN = Origin.class.getPackageName() + ".";
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** The line that called the emulator. */
    static Optional<Origin> ofCaller() {
        return WALKER.walk(
                frames -> frames.filter(frame -> !frame.getClassName().startsWith(OWN))
                        .findFirst()
                        .map(Origin::of));
    }

    private static Origin of(StackWalker.StackFrame frame) {
        return new Origin(frame.getDeclaringClass(), frame.getMethodName(), Math.max(0, frame.getLineNumber()));
    }

    @Override
    public String toString() {
        return type.getSimpleName() + "." + method + ", line " + line;
    }
}
