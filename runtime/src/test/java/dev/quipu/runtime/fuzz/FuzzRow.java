package dev.quipu.runtime.fuzz;

import java.util.List;
import java.util.function.Consumer;

/**
 * A reader that has to survive any input.
 *
 * @param name of the reader
 * @param seeds valid inputs, small; mutations start from them
 * @param reader reads an input under the file name {@link #FILE} and touches everything that it read; refuses with a
 *     {@link dev.quipu.dsl.QuipuException} that names the file
 */
public record FuzzRow(String name, List<byte[]> seeds, Consumer<byte[]> reader) {
    /** What a refusal has to name. */
    public static final String FILE = "fuzzed-file";

    public FuzzRow {
        seeds = List.copyOf(seeds);
    }

    @Override
    public String toString() {
        return name;
    }
}
