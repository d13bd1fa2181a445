package dev.quipu.dsl.op;

/** A shape rule's refusal. {@code Tensor} completes it with the place and turns it into a {@code QuipuException}. */
public final class ShapeMismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String found;
    private final String remedy;

    public ShapeMismatch(String expected, String found, String remedy) {
        super("expected " + expected + ", found " + found);
        this.expected = expected;
        this.found = found;
        this.remedy = remedy;
    }

    public String expected() {
        return expected;
    }

    public String found() {
        return found;
    }

    public String remedy() {
        return remedy;
    }
}
