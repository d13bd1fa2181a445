package dev.quipu.runtime.weights;

import dev.quipu.runtime.fuzz.FuzzRow;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** The readers of weight files. */
public final class WeightFuzzRows {
    private WeightFuzzRows() {}

    public static List<FuzzRow> rows() {
        return List.of(
                new FuzzRow("safetensors", List.of(WeightSeeds.safetensors()), reader(SafetensorsFile::read)),
                new FuzzRow("gguf", List.of(WeightSeeds.gguf()), reader(GgufFile::read)),
                new FuzzRow(
                        "llama2.c",
                        List.of(
                                WeightSeeds.llama2c(WeightSeeds.header(Llama2cVersion.V0, true)),
                                WeightSeeds.llama2c(WeightSeeds.header(Llama2cVersion.V0, false)),
                                WeightSeeds.llama2c(WeightSeeds.header(Llama2cVersion.V1, true)),
                                WeightSeeds.llama2c(WeightSeeds.header(Llama2cVersion.V2, false)),
                                WeightSeeds.llama2ts()),
                        reader(Llama2cFile::read)),
                new FuzzRow(
                        "format",
                        List.of(
                                WeightSeeds.safetensors(),
                                WeightSeeds.gguf(),
                                WeightSeeds.llama2ts(),
                                WeightSeeds.llama2c(WeightSeeds.SMALL)),
                        input -> WeightFormat.of(mapped(input)).title()));
    }

    private static MappedFile mapped(byte[] input) {
        return MappedFile.of(FuzzRow.FILE, MemorySegment.ofArray(input));
    }

    static Consumer<byte[]> reader(Function<MappedFile, ? extends WeightFile> opening) {
        return input -> {
            try (WeightFile file = opening.apply(mapped(input))) {
                touch(file, input.length);
            }
        };
    }

    /** Decodes everything; data that lies in the file without overlap is not larger than it. */
    static void touch(WeightFile file, long size) {
        file.metadata().toString();
        long bytes = 0;
        for (StoredTensor tensor : file.tensors().values()) {
            bytes = Math.addExact(bytes, tensor.data().byteSize());
            if (tensor.type().isReal()) {
                tensor.toFloats();
            } else {
                tensor.data().toArray(ValueLayout.JAVA_BYTE);
            }
        }
        if (bytes > size) {
            throw new AssertionError("tensors of " + bytes + " bytes in a file of " + size);
        }
    }
}
