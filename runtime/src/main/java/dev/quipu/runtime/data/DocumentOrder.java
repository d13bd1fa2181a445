package dev.quipu.runtime.data;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.zip.CRC32C;

/**
 * The order of documents in a corpus of many files: by a hash of their names. In alphabetical order the held-out tail would be
 * one folder, unlike the rest; in this one it is a fair sample, and the same on every machine.
 */
final class DocumentOrder {
    private DocumentOrder() {}

    /** Orders names with {@code '/'} between their parts. */
    static final Comparator<String> BY_HASH =
            Comparator.comparingLong(DocumentOrder::hash).thenComparing(Comparator.naturalOrder());

    private static long hash(String name) {
        CRC32C hash = new CRC32C();
        hash.update(name.getBytes(StandardCharsets.UTF_8));
        return hash.getValue();
    }
}
