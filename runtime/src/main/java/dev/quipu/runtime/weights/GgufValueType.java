package dev.quipu.runtime.weights;

import java.util.Arrays;
import java.util.Optional;

/** The types of values in a GGUF file's metadata; each has the number that a file has for it. */
public enum GgufValueType {
    UINT8(0, 1),
    INT8(1, 1),
    UINT16(2, 2),
    INT16(3, 2),
    UINT32(4, 4),
    INT32(5, 4),
    FLOAT32(6, 4),
    BOOL(7, 1),
    STRING(8, 8),
    ARRAY(9, 12),
    UINT64(10, 8),
    INT64(11, 8),
    FLOAT64(12, 8);

    private final int code;
    private final int minimumBytes;

    GgufValueType(int code, int minimumBytes) {
        this.code = code;
        this.minimumBytes = minimumBytes;
    }

    /** The type's number in files. */
    int code() {
        return code;
    }

    /** The bytes that a value takes; for text and arrays, an empty one. */
    int minimumBytes() {
        return minimumBytes;
    }

    static Optional<GgufValueType> ofCode(int code) {
        return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }
}
