package dev.quipu.runtime.weights;

import java.util.Optional;

/** The types of values in a GGUF file's metadata; their numbers in the file are their ordinals. */
public enum GgufValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(8),
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private final int minimumBytes;

    GgufValueType(int minimumBytes) {
        this.minimumBytes = minimumBytes;
    }

    /** The bytes that a value takes; for text and arrays, an empty one. */
    int minimumBytes() {
        return minimumBytes;
    }

    static Optional<GgufValueType> ofCode(int code) {
        return code >= 0 && code < values().length ? Optional.of(values()[code]) : Optional.empty();
    }
}
