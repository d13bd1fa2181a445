package dev.quipu.compiler.draw;

import dev.quipu.dsl.Site;

/** Fill and line colours: forward bluish, what is computed again violet, backward in orange, updates in green. */
record Palette(String fill, String line) {
    static final Palette FRAME = new Palette("#F7F8FA", "#B9C0CA");
    static final Palette BLOCK = new Palette("#FFFFFF", "#6B7280");
    static final Palette STATE = new Palette("#FFFFFF", "#8A8F98");
    static final String SAVED = "#C3CAD3";
    static final String REBUILT = "#A98FD0";
    static final String TEXT = "#1F2933";
    static final String FAINT_TEXT = "#5F6B7A";

    static Palette of(Site.Pass pass) {
        return switch (pass) {
            case FORWARD -> new Palette("#E6F0FA", "#3B76B0");
            case RECOMPUTED -> new Palette("#EFE9F7", "#7A5BA8");
            case BACKWARD -> new Palette("#FDEBDB", "#C9762B");
            case UPDATE -> new Palette("#E7F4E8", "#4C8F53");
        };
    }
}
