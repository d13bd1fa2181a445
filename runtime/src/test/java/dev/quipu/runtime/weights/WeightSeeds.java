package dev.quipu.runtime.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Small valid files of every format. */
final class WeightSeeds {
    static final Llama2cHeader SMALL = header(Llama2cVersion.V1, true);

    private WeightSeeds() {}

    static Llama2cHeader header(Llama2cVersion version, boolean shared) {
        int group = version == Llama2cVersion.V2 ? Llama2cHeader.groupSizeFor(8) : 0;
        return new Llama2cHeader(version, 8, 24, 2, 2, 1, 5, 3, shared, group);
    }

    private interface Writing {
        void to(Path path) throws IOException;
    }

    private static byte[] bytes(Writing writing) {
        try {
            Path path = Files.createTempFile("seed", ".bin");
            try {
                writing.to(path);
                return Files.readAllBytes(path);
            } finally {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tensor of the values 0, 1/8, 2/8, ..., encoded. */
    static TensorOutput ramp(String name, Encoding encoding, Long... shape) {
        return new TensorOutput(name, List.of(shape), ramp(0), encoding);
    }

    static TensorSource ramp(int begin) {
        return (first, count, target) -> {
            for (long i = 0; i < count; i++) {
                target.setAtIndex(ValueLayout.JAVA_FLOAT, i, (begin + first + i) / 8f);
            }
        };
    }

    static byte[] safetensors() {
        return bytes(path -> SafetensorsWriter.writeEncoded(
                path,
                List.of(
                        ramp("model.a", ElementType.F32, 3L, 2L),
                        ramp("b", ElementType.F16, 5L),
                        ramp("c", ElementType.BF16, 1L, 1L, 4L),
                        ramp("d", ElementType.F64)),
                Map.of("format", "pt")));
    }

    static byte[] gguf() {
        MemorySegment block = MemorySegment.ofArray(new byte[144]);
        StoredTensor stored = new StoredTensor(
                "q4k",
                BlockEncoding.Q4_K,
                List.of(1L, 256L),
                Arena.ofAuto().allocate(144).copyFrom(block));
        return bytes(path -> GgufWriter.write(
                path,
                List.of(
                        ramp("norm", ElementType.F32, 6L),
                        ramp("half", ElementType.F16, 2L, 3L),
                        ramp("brain", ElementType.BF16, 2L, 3L, 1L, 1L),
                        ramp("q8", BlockEncoding.Q8_0, 2L, 64L),
                        TensorOutput.of(stored)),
                everyValue()));
    }

    /** A file of metadata only. */
    static byte[] gguf(SequencedMap<String, GgufValue> values) {
        return bytes(path -> GgufWriter.write(path, List.of(), values));
    }

    /** A value of every type of GGUF's metadata. */
    static SequencedMap<String, GgufValue> everyValue() {
        SequencedMap<String, GgufValue> values = new LinkedHashMap<>();
        values.put("general.architecture", GgufValue.string("llama"));
        values.put("general.alignment", GgufValue.uint32(64));
        values.put("u8", new GgufValue.Scalar(GgufValueType.UINT8, 255L));
        values.put("i8", new GgufValue.Scalar(GgufValueType.INT8, -128L));
        values.put("u16", new GgufValue.Scalar(GgufValueType.UINT16, 65535L));
        values.put("i16", new GgufValue.Scalar(GgufValueType.INT16, -32768L));
        values.put("u32", GgufValue.uint32(0xFFFFFFFFL));
        values.put("i32", new GgufValue.Scalar(GgufValueType.INT32, (long) Integer.MIN_VALUE));
        values.put("f32", GgufValue.float32(1e-5f));
        values.put("yes", GgufValue.bool(true));
        values.put("text", GgufValue.string("\u2581\u00e9\n"));
        values.put("u64", new GgufValue.Scalar(GgufValueType.UINT64, new BigInteger("18446744073709551615")));
        values.put("u64.small", new GgufValue.Scalar(GgufValueType.UINT64, 7L));
        values.put("i64", new GgufValue.Scalar(GgufValueType.INT64, Long.MIN_VALUE));
        values.put("f64", new GgufValue.Scalar(GgufValueType.FLOAT64, 0.1));
        values.put("tokens", GgufValue.array(GgufValueType.STRING, List.of("<s>", "", "a b")));
        values.put("scores", GgufValue.array(GgufValueType.FLOAT32, List.of(0f, -1.5f)));
        values.put(
                "nested",
                new GgufValue.Array(
                        GgufValueType.ARRAY,
                        List.of(
                                GgufValue.array(GgufValueType.BOOL, List.of(true, false)),
                                GgufValue.array(GgufValueType.INT8, List.of()))));
        return values;
    }

    /** Each tensor of a header, in its values different from the others. */
    static Map<String, TensorSource> sources(Llama2cHeader header) {
        Map<String, TensorSource> sources = new LinkedHashMap<>();
        for (Llama2cTensor kind : Llama2cTensor.values()) {
            for (int layer = 0; layer < kind.count(header); layer++) {
                sources.put(kind.name(layer), ramp(sources.size() * 1000));
            }
        }
        return sources;
    }

    static byte[] llama2c(Llama2cHeader header) {
        return bytes(path -> Llama2cWriter.write(path, header, sources(header)));
    }

    /** The layout of llama2.ts, which Quipu does not write: a header, a vocabulary of one-letter tokens, zeros. */
    static byte[] llama2ts() {
        Llama2cHeader header = header(Llama2cVersion.TYPESCRIPT, true);
        ByteBuffer bytes =
                ByteBuffer.allocate(256 + 5 * 9 + (int) header.dataBytes()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 1).putInt(5).put("llama".getBytes(StandardCharsets.US_ASCII));
        bytes.putInt(8)
                .putInt(24)
                .putInt(3)
                .putInt(5)
                .putInt(2)
                .putInt(2)
                .putInt(1)
                .put((byte) 1);
        bytes.position(256);
        for (int token = 0; token < 5; token++) {
            bytes.putFloat(-token).putInt(1).put((byte) ('a' + token));
        }
        while (bytes.hasRemaining()) {
            bytes.putFloat(bytes.position());
        }
        return bytes.array();
    }
}
