package dev.quipu.runtime.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** The process's output as UTF-8, whatever the locale: sampled text has any character. */
final class StandardStreams {
    private StandardStreams() {}

    static PrintWriter output() {
        return writer(FileDescriptor.out);
    }

    static PrintWriter errors() {
        return writer(FileDescriptor.err);
    }

    private static PrintWriter writer(FileDescriptor stream) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8), true);
    }
}
