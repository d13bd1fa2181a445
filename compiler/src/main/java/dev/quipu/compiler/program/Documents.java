package dev.quipu.compiler.program;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a token sees of the documents that stand before its own in a row. */
public enum Documents {
    /** All of them, as far as attention reaches: a row is a piece of one long text. */
    JOINED,

    /** Nothing: a row holds several documents, each as if it were alone; see {@link SeparateDocuments}. */
    SEPARATE;

    /**
     * By the name that {@link #toString} gives.
     *
     * @throws QuipuException for another one
     */
    public static Documents named(String name) {
        List<String> names = Stream.of(values()).map(Documents::toString).toList();
        int index = names.indexOf(name);
        if (index < 0) {
            throw NearestNames.unknown("joined or separate documents", name, names);
        }
        return values()[index];
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
