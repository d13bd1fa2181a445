package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Reads the key-value pairs of a GGUF file. */
final class GgufMetadataReader {
    /** Real files nest arrays at most once; the limit keeps a damaged one from exhausting the stack. */
    private static final int MAXIMUM_DEPTH = 8;

    /** Twenty vocabularies of the largest models; the limit keeps a damaged count from taking all memory. */
    private static final long MAXIMUM_ELEMENTS = 1 << 23;

    /** An empty key, a type and a byte. */
    private static final int MINIMUM_PAIR_BYTES = 13;

    private final ByteCursor cursor;

    GgufMetadataReader(ByteCursor cursor) {
        this.cursor = cursor;
    }

    /** @throws QuipuException if a pair is damaged: the message names its key */
    SequencedMap<String, GgufValue> read(long count) {
        if (count < 0 || count > cursor.remaining() / MINIMUM_PAIR_BYTES) {
            throw cursor.refusal("a count of key-value pairs that fits the file", Long.toUnsignedString(count));
        }
        SequencedMap<String, GgufValue> values = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            String key = cursor.text(cursor.int64("the length of a key"), "a key");
            String where = "the value of " + Printable.of(key);
            if (values.put(key, value(type(where), where, 0)) != null) {
                throw cursor.refusal("keys that differ", Printable.of(key) + " twice");
            }
        }
        return values;
    }

    private GgufValueType type(String where) {
        int code = cursor.int32(where);
        return GgufValueType.ofCode(code)
                .orElseThrow(() -> cursor.refusal("a type for " + where, Integer.toUnsignedString(code)));
    }

    private GgufValue value(GgufValueType type, String where, int depth) {
        return type == GgufValueType.ARRAY ? array(where, depth + 1) : new GgufValue.Scalar(type, scalar(type, where));
    }

    private GgufValue array(String where, int depth) {
        if (depth > MAXIMUM_DEPTH) {
            throw cursor.refusal("arrays nested at most " + MAXIMUM_DEPTH + " deep", "deeper ones in " + where);
        }
        GgufValueType type = type(where);
        long count = cursor.int64(where);
        if (count < 0 || count > Math.min(cursor.remaining() / type.minimumBytes(), MAXIMUM_ELEMENTS)) {
            throw cursor.refusal("a number of elements that fits the file", count + " in " + where);
        }
        List<GgufValue> elements = new ArrayList<>((int) count);
        for (long i = 0; i < count; i++) {
            elements.add(value(type, where, depth));
        }
        return new GgufValue.Array(type, elements);
    }

    private Object scalar(GgufValueType type, String where) {
        return switch (type) {
            case UINT8 -> (long) Byte.toUnsignedInt(cursor.int8(where));
            case INT8 -> (long) cursor.int8(where);
            case UINT16 -> (long) Short.toUnsignedInt(cursor.int16(where));
            case INT16 -> (long) cursor.int16(where);
            case UINT32 -> Integer.toUnsignedLong(cursor.int32(where));
            case INT32 -> (long) cursor.int32(where);
            case UINT64 -> unsigned(cursor.int64(where));
            case INT64 -> cursor.int64(where);
            case FLOAT32 -> cursor.float32(where);
            case FLOAT64 -> cursor.float64(where);
            case BOOL -> bool(cursor.int8(where), where);
            case STRING -> cursor.text(cursor.int64(where), where);
            case ARRAY -> throw new AssertionError("an array is no scalar");
        };
    }

    private static Object unsigned(long value) {
        return value >= 0 ? (Object) value : new BigInteger(Long.toUnsignedString(value));
    }

    private boolean bool(byte value, String where) {
        if (value != 0 && value != 1) {
            throw cursor.refusal("0 or 1 for " + where, String.valueOf(value));
        }
        return value == 1;
    }
}
