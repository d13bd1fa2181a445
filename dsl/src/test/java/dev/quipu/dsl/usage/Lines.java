package dev.quipu.dsl.usage;

/** Line numbers, so that tests can name the line they stand on. */
final class Lines {
    private Lines() {}

    /** The line of the call. */
    static int here() {
        return StackWalker.getInstance()
                .walk(frames -> frames.skip(1).findFirst().orElseThrow().getLineNumber());
    }
}
