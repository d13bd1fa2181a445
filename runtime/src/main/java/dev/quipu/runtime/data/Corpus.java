package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;

/** A collection of texts to train on or to measure. Its documents come in an order that is the same on every machine. */
public sealed interface Corpus permits TextFiles, JavaSources {
    /** What it is, in a few words, for messages: {@code "3 files under books"}. */
    String description();

    /** Text that changes whenever the documents may have: names, sizes and times, not the content. */
    String fingerprint();

    /**
     * Reads all documents.
     *
     * @throws QuipuException if there is none, or one that was asked for by name cannot be read
     */
    void read(DocumentSink sink) throws IOException;
}
