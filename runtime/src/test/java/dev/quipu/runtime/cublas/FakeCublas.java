package dev.quipu.runtime.cublas;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;

/** A library with cuBLAS's functions that computes in the host's memory; gcc makes it. */
record FakeCublas(Path file, Cublas library) {
    /** Compiles it into a folder; where there is no gcc the test is skipped, by its name. */
    static FakeCublas in(Path folder) throws IOException, InterruptedException {
        Assumptions.assumeTrue(hasGcc(), "no gcc to compile a stand-in for cuBLAS");
        Path source = folder.resolve("fake_cublas.c");
        try (InputStream text = Objects.requireNonNull(FakeCublas.class.getResourceAsStream("/cublas/fake_cublas.c"))) {
            Files.copy(text, source);
        }
        Path file = folder.resolve("libcublas.so.12");
        Process gcc = new ProcessBuilder("gcc", "-O1", "-shared", "-fPIC", "-o", file.toString(), source.toString())
                .inheritIO()
                .start();
        if (gcc.waitFor() != 0) {
            throw new AssertionError("gcc failed");
        }
        return new FakeCublas(file, Cublas.of(file.toString()).orElseThrow());
    }

    private static boolean hasGcc() throws InterruptedException {
        try {
            return new ProcessBuilder("gcc", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    /** What the library keeps of its last call, in the order of its source. */
    enum Kept {
        HANDLE,
        STREAM,
        BATCH,
        COMPUTE_TYPE,
        ALGORITHM,
        CALLS,
        OPEN_HANDLES,
        BAD_ARGUMENTS
    }

    long kept(Kept what) {
        MemorySegment all = SymbolLookup.libraryLookup(file, Arena.global()).findOrThrow("last_call");
        return all.reinterpret((long) Kept.values().length * Long.BYTES)
                .getAtIndex(ValueLayout.JAVA_LONG, List.of(Kept.values()).indexOf(what));
    }
}
