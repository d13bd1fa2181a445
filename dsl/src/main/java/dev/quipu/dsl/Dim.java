package dev.quipu.dsl;

/**
 * One dimension of a shape. The name says what the axis means (batch, sequence, head, ...); ops pass it on and messages
 * print it, but two dimensions agree when their sizes do.
 *
 * @param name what the axis means, an identifier, possibly a product such as {@code batch*sequence}
 * @param size number of positions, at least 1
 */
public record Dim(String name, int size) {
    /** Name of the axis that holds the sequences of a batch. */
    public static final String BATCH = "batch";

    /** Name of the axis that holds the positions of a text. */
    public static final String SEQUENCE = "sequence";

    public Dim {
        if (!isName(name)) {
            throw new QuipuException("dimension: expected a name of letters, digits and '_', found '" + name + "'");
        }
        if (size < 1) {
            throw new QuipuException("dimension " + name + ": expected a size of at least 1, found " + size);
        }
    }

    /** Identifiers with {@code *} between them. Every shape of every node asks: a regular expression was a tenth of the trace. */
    private static boolean isName(String name) {
        boolean begun = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            boolean digit = c >= '0' && c <= '9';
            if (begun ? !letter && !digit && c != '*' : !letter) {
                return false;
            }
            begun = c != '*';
        }
        return begun;
    }

    public static Dim batch(int size) {
        return new Dim(BATCH, size);
    }

    public static Dim sequence(int size) {
        return new Dim(SEQUENCE, size);
    }

    public Dim withSize(int newSize) {
        return new Dim(name, newSize);
    }

    /** The axis that two neighbouring axes become when they are merged. */
    public Dim times(Dim inner) {
        long product = (long) size * inner.size;
        if (product > Integer.MAX_VALUE) {
            throw QuipuException.of(
                    "a dimension below 2^31", Long.toString(product), name + "*" + inner.name, "keep them apart");
        }
        return new Dim(name + "*" + inner.name, (int) product);
    }

    /** By hand, as in {@link Type}. */
    @Override
    public boolean equals(Object object) {
        return this == object || (object instanceof Dim other && size == other.size && name.equals(other.name));
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + size;
    }

    @Override
    public String toString() {
        return name + "=" + size;
    }
}
