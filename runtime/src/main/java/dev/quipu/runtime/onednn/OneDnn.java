package dev.quipu.runtime.onednn;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The library: oneDNN 3, of which Quipu calls products of bf16 matrices, each on the thread that asks for it. */
public final class OneDnn {
    // values of dnnl_types.h and dnnl_config.h
    private static final int MAJOR = 3;
    private static final int RUNTIME = 6;
    private static final int RUNTIME_OF_ONE_THREAD = 1;
    private static final int RUNTIME_OF_OPENMP = 2;
    private static final int ISA_AVX512_BF16 = 0xe7;
    private static final int ISA_AMX = 0xfef;

    /** OpenMP's; the library's own dependencies have it. */
    static final String SET_THREADS = "omp_set_num_threads";

    private static final String REMEDY = "use --precision f32";

    private final Functions functions;

    /** The process's library, or why there is none. */
    private record Found(Optional<OneDnn> library, String lack, String remedy) {
        static Found lack(String lack, String remedy) {
            return new Found(Optional.empty(), lack, remedy);
        }
    }

    private static final class Holder {
        static final Found FOUND = find();
    }

    private OneDnn(Functions functions) {
        this.functions = functions;
    }

    /**
     * The library.
     *
     * @throws QuipuException where there is none, or where it or the processor lacks what is needed
     */
    public static OneDnn require() {
        Found found = Holder.FOUND;
        return found.library()
                .orElseThrow(() -> QuipuException.of(
                        "oneDNN, and a processor with avx512_bf16 or amx_bf16",
                        found.lack(),
                        "--precision bf16 on the jvm device",
                        found.remedy()));
    }

    /** Whether {@link #require} gives the library. */
    public static boolean isHere() {
        return Holder.FOUND.library().isPresent();
    }

    private static Found find() {
        try {
            return LibraryFile.find()
                    .map(OneDnn::open)
                    .orElseGet(() -> Found.lack(
                            "no oneDNN for " + System.getProperty("os.name") + " on " + System.getProperty("os.arch"),
                            REMEDY + ", or name a libdnnl with -D" + LibraryFile.PROPERTY + "=FILE"));
        } catch (QuipuException e) {
            return Found.lack(e.getMessage(), REMEDY);
        }
    }

    private static Found open(Path file) {
        try {
            OneDnn library = new OneDnn(new Functions(SymbolLookup.libraryLookup(file, Arena.global())));
            String lack = library.lack();
            return lack.isEmpty() ? new Found(Optional.of(library), "", "") : Found.lack(lack, REMEDY);
        } catch (IllegalArgumentException | NoSuchElementException e) {
            return Found.lack(file + ", which is no oneDNN for this system: " + e.getMessage(), REMEDY);
        }
    }

    private String lack() {
        MemorySegment version = version();
        int runtime = version.getAtIndex(JAVA_INT, RUNTIME);
        if (version.getAtIndex(JAVA_INT, 0) != MAJOR) {
            return this + ", not " + MAJOR;
        }
        boolean bound = runtime == RUNTIME_OF_OPENMP
                && functions.procedure(SET_THREADS, JAVA_INT).isPresent();
        if (runtime != RUNTIME_OF_ONE_THREAD && !bound) {
            return this + " with threads that are not OpenMP's, and cannot be turned off";
        }
        return has(ISA_AVX512_BF16) ? "" : "a processor without them, as " + this + " says";
    }

    /** {@code dnnl_version_t}: major, minor, patch, and behind an aligned address, which counts as two, the runtime. */
    private MemorySegment version() {
        return functions.address("dnnl_version").reinterpret(8 * JAVA_INT.byteSize());
    }

    private boolean has(int isa) {
        return (functions.number("dnnl_get_effective_cpu_isa") & isa) == isa;
    }

    /** Whether it multiplies on the processor's matrix units. */
    public boolean hasMatrixUnits() {
        return has(ISA_AMX);
    }

    Functions functions() {
        return functions;
    }

    /** The name and version. */
    @Override
    public String toString() {
        MemorySegment version = version();
        return "oneDNN " + version.getAtIndex(JAVA_INT, 0) + "." + version.getAtIndex(JAVA_INT, 1) + "."
                + version.getAtIndex(JAVA_INT, 2);
    }
}
