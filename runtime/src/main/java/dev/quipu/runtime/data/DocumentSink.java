package dev.quipu.runtime.data;

import java.io.IOException;

/** Takes the documents of a corpus, one after the other, a large one in several pieces. */
public interface DocumentSink {
    /** The document began with a byte order mark, which its text leaves out. */
    default void byteOrderMark() throws IOException {}

    /** The next piece of the current document. */
    void text(String piece) throws IOException;

    /** The current document is complete. */
    void endDocument() throws IOException;
}
