package dev.quipu.runtime.device;

import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.QuipuException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Something that runs scheduled programs. */
public interface Device extends AutoCloseable {
    /** The name on the command line: {@code jvm}, {@code reference}. */
    String name();

    /** What it can round the factors of products to; {@link #load} refuses programs of others. */
    default Set<Precision> precisions() {
        return Set.of(Precision.F32);
    }

    /**
     * Checks a precision.
     *
     * @throws QuipuException if the device has it not
     */
    default void require(Precision precision) {
        if (!precisions().contains(precision)) {
            String found =
                    precisions().stream().sorted().map(Precision::toString).collect(Collectors.joining(" or "));
            throw QuipuException.of(
                    found, precision.toString(), "--precision", "the " + name() + " device has no other");
        }
    }

    /** What it can read weights as; {@link #load} refuses programs of others. */
    default Set<WeightStorage> weightStorages() {
        return Set.of(WeightStorage.F32);
    }

    /**
     * Checks a type of weights.
     *
     * @throws QuipuException if the device does not read it
     */
    default void require(WeightStorage weights) {
        if (!weightStorages().contains(weights)) {
            String found = weightStorages().stream()
                    .sorted()
                    .map(WeightStorage::toString)
                    .collect(Collectors.joining(" or "));
            throw QuipuException.of(found, weights.toString(), "--weights", "the " + name() + " device reads no other");
        }
    }

    /**
     * Checks a program.
     *
     * @throws QuipuException if it multiplies in a precision or reads weights of a type that the device has not
     */
    default void require(Scheduled scheduled) {
        require(scheduled.precision());
        for (WeightStorage storage : WeightStorage.values()) {
            if (scheduled.states().values().stream().anyMatch(type -> type.dtype() == storage.dtype())) {
                require(storage);
            }
        }
    }

    /**
     * Measures what the machine does at most, in half a second or so, and again when asked to; empty where the device cannot tell.
     *
     * @param precision of the products that are of interest
     * @throws QuipuException if the device has it not
     */
    default Optional<CeilingMeter> ceilings(Precision precision) {
        require(precision);
        return Optional.empty();
    }

    /**
     * Makes a program ready to run. State that the program touches and that is not yet there is allocated, as zeros.
     *
     * @param state shared by all programs that are loaded with it; it must outlive them
     * @throws QuipuException if {@link #require(Scheduled)} refuses it
     */
    Executable load(Scheduled scheduled, State state);

    /**
     * Begins to load a program: all that can be done without its state, which for several programs may be done at the same time, by
     * other threads. {@link Loadable#load} does the rest; of programs that are prepared, in the order in which they would be loaded.
     *
     * @throws QuipuException if the program's precision is none of {@link #precisions}
     */
    default Loadable prepare(Scheduled scheduled) {
        return state -> load(scheduled, state);
    }

    /** Gives back threads and memory. Executables of the device must not be run any more. */
    @Override
    void close();
}
