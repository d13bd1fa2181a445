package dev.quipu.codegen.jvm;

/** Which gradients a phase of attention's backward pass computes. */
enum BackwardTask {
    BOTH,
    QUERIES,
    KEYS;

    String phase() {
        return switch (this) {
            case BOTH -> "gradients";
            case QUERIES -> "queryGradients";
            case KEYS -> "keyGradients";
        };
    }

    /** Name of a method that differs by task. */
    String named(String base) {
        return switch (this) {
            case BOTH -> base;
            case QUERIES -> base + "OfQueries";
            case KEYS -> base + "OfKeys";
        };
    }
}
