package dev.quipu.compiler.precision;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What the large weights of a model that does not learn any more are stored as; see {@link StoredWeights}. */
public enum WeightStorage {
    F32(DType.F32),
    BF16(DType.BF16),
    /** Bytes, with a factor for each block of a row: {@link dev.quipu.dsl.Int8Blocks}. */
    INT8(DType.INT8);

    private final DType dtype;

    WeightStorage(DType dtype) {
        this.dtype = dtype;
    }

    /**
     * By the name that {@link #toString} gives.
     *
     * @throws QuipuException for another one
     */
    public static WeightStorage named(String name) {
        List<String> names = Stream.of(values()).map(WeightStorage::toString).toList();
        int index = names.indexOf(name);
        if (index < 0) {
            throw NearestNames.unknown("a type of weights", name, names);
        }
        return values()[index];
    }

    /** The type of their elements. */
    public DType dtype() {
        return dtype;
    }

    /** {@code int8}, as on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
