package dev.quipu.runtime.cli;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** The process's streams as UTF-8, whatever the locale: sampled text has any character. */
final class StandardStreams {
    private StandardStreams() {}

    static PrintWriter output() {
        return writer(FileDescriptor.out);
    }

    static PrintWriter errors() {
        return writer(FileDescriptor.err);
    }

    static BufferedReader input() {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    }

    private static PrintWriter writer(FileDescriptor stream) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8), true);
    }
}
