package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The checked front part of a GGUF file.
 *
 * @param version of the format, 2 or 3
 * @param values the key-value pairs, in the file's order
 * @param tensors in the file's order
 * @param alignment of every tensor's data, in bytes
 * @param end where the front part ends; the data begins at the next multiple of the alignment
 */
record GgufHeader(int version, SequencedMap<String, GgufValue> values, List<Entry> tensors, int alignment, long end) {
    static final String ALIGNMENT_KEY = "general.alignment";
    static final int DEFAULT_ALIGNMENT = 32;
    static final int MAXIMUM_DIMENSIONS = 4;

    /** An empty name, no dimensions, a type and an offset. */
    private static final int MINIMUM_ENTRY_BYTES = 24;

    GgufHeader {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
        tensors = List.copyOf(tensors);
    }

    /** One tensor: its shape is outermost first, its offset counts from where the data begins. */
    record Entry(String name, Encoding encoding, List<Long> shape, long offset, long bytes) {
        Entry {
            shape = List.copyOf(shape);
        }
    }

    /** @throws QuipuException if it is not valid: the message names the file and the place */
    static GgufHeader read(MappedFile file) {
        ByteCursor cursor = new ByteCursor(file);
        String magic = Printable.of(magic(cursor));
        if (!magic.equals("GGUF")) {
            throw cursor.refusal("GGUF, with which such a file begins", magic);
        }
        int version = version(cursor);
        long tensorCount = cursor.int64("the count of tensors");
        if (tensorCount < 0 || tensorCount > cursor.remaining() / MINIMUM_ENTRY_BYTES) {
            throw cursor.refusal("a count of tensors that fits the file", Long.toUnsignedString(tensorCount));
        }
        SequencedMap<String, GgufValue> values =
                new GgufMetadataReader(cursor).read(cursor.int64("the count of key-value pairs"));
        int alignment = alignment(cursor, values);
        return new GgufHeader(version, values, entries(cursor, tensorCount), alignment, cursor.position());
    }

    private static String magic(ByteCursor cursor) {
        StringBuilder magic = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            magic.append((char) Byte.toUnsignedInt(cursor.int8("the first four bytes")));
        }
        return magic.toString();
    }

    private static int version(ByteCursor cursor) {
        int version = cursor.int32("the version");
        if (version == 2 || version == 3) {
            return version;
        }
        int swapped = Integer.reverseBytes(version);
        if (swapped > 0 && swapped <= 3) {
            throw QuipuException.of(
                    "a little-endian GGUF file",
                    "a big-endian one of version " + swapped,
                    cursor.file(),
                    "convert it with llama.cpp's gguf_convert_endian.py");
        }
        throw QuipuException.of(
                "version 2 or 3 of GGUF",
                "version " + Integer.toUnsignedString(version),
                cursor.file(),
                "convert the file with a current llama.cpp");
    }

    private static int alignment(ByteCursor cursor, SequencedMap<String, GgufValue> values) {
        GgufValue value = values.getOrDefault(ALIGNMENT_KEY, GgufValue.uint32(DEFAULT_ALIGNMENT));
        if (value.type() == GgufValueType.UINT32
                && value.plain() instanceof Long alignment
                && alignment <= Integer.MAX_VALUE
                && Long.bitCount(alignment) == 1) {
            return alignment.intValue();
        }
        throw cursor.refusal(
                "a power of two of type UINT32 for " + ALIGNMENT_KEY,
                value.type() + " " + Printable.of(value.plain().toString()));
    }

    private static List<Entry> entries(ByteCursor cursor, long count) {
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (long i = 0; i < count; i++) {
            Entry entry = entry(cursor);
            if (!names.add(entry.name())) {
                throw cursor.refusal("tensor names that differ", Printable.of(entry.name()) + " twice");
            }
            entries.add(entry);
        }
        return entries;
    }

    private static Entry entry(ByteCursor cursor) {
        String name = cursor.text(cursor.int64("the length of a tensor's name"), "a tensor's name");
        String where = "tensor " + Printable.of(name);
        int dimensions = cursor.int32(where);
        if (dimensions < 0 || dimensions > MAXIMUM_DIMENSIONS) {
            throw cursor.refusal(
                    "at most " + MAXIMUM_DIMENSIONS + " dimensions for " + where, Integer.toUnsignedString(dimensions));
        }
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            long size = cursor.int64(where);
            if (size < 1) {
                throw cursor.refusal("sizes of 1 or more for " + where, Long.toUnsignedString(size));
            }
            shape.addFirst(size);
        }
        Encoding encoding = encoding(cursor, where);
        long bytes = bytes(cursor, where, encoding, shape);
        return new Entry(name, encoding, shape, cursor.int64(where), bytes);
    }

    private static Encoding encoding(ByteCursor cursor, String where) {
        int code = cursor.int32(where);
        GgmlType type = GgmlType.ofCode(code)
                .orElseThrow(() -> QuipuException.of(
                        "a ggml type of " + where + " that Quipu knows",
                        "type " + Integer.toUnsignedString(code),
                        cursor.file(),
                        "the file is damaged, or newer than Quipu"));
        return type.encoding()
                .orElseThrow(() -> QuipuException.of(
                        "a ggml type of " + where + " that Quipu reads",
                        type.name(),
                        cursor.file(),
                        "convert the file to F16 or Q8_0 first"));
    }

    private static long bytes(ByteCursor cursor, String where, Encoding encoding, List<Long> shape) {
        try {
            long row = shape.isEmpty() ? 1 : shape.getLast();
            if (encoding.bytes(row) < 0) {
                throw cursor.refusal(
                        "rows of whole blocks of " + encoding.blockElements() + " elements for " + where + ", "
                                + encoding.name(),
                        "rows of " + row);
            }
            return encoding.bytes(shape.stream().reduce(1L, Math::multiplyExact));
        } catch (ArithmeticException e) {
            throw cursor.refusal("a shape that fits 64 bits for " + where, shape.toString());
        }
    }
}
