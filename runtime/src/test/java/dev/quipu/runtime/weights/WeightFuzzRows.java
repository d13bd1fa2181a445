package dev.quipu.runtime.weights;

import dev.quipu.runtime.fuzz.FuzzRow;
import dev.quipu.runtime.fuzz.Touch;
import dev.quipu.runtime.tokenizer.gguf.GgufVocabulary;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceFuzzRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** The readers of weight files. */
public final class WeightFuzzRows {
    private WeightFuzzRows() {}

    public static List<FuzzRow> rows() {
        List<FuzzRow> rows = new ArrayList<>(TorchFuzzRows.rows());
        rows.addAll(List.of(
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
                new FuzzRow("gguf.vocabulary", List.of(vocabulary()), WeightFuzzRows::touchVocabulary),
                new FuzzRow(
                        "format",
                        List.of(
                                WeightSeeds.safetensors(),
                                WeightSeeds.gguf(),
                                WeightSeeds.llama2ts(),
                                WeightSeeds.llama2c(WeightSeeds.SMALL)),
                        input -> WeightFormat.of(mapped(input)).title())));
        return rows;
    }

    private static byte[] vocabulary() {
        return WeightSeeds.gguf(GgufVocabulary.write(SentencePieceFuzzRows.tokenizer()));
    }

    private static void touchVocabulary(byte[] input) {
        try (GgufFile file = GgufFile.read(mapped(input))) {
            GgufVocabulary.read(FuzzRow.FILE, file.metadata()).ifPresent(Touch::tokenizer);
        }
    }

    /** A reader whose tensors lie in the file without overlap, so that their data is not larger than it. */
    private static Consumer<byte[]> reader(Function<MappedFile, WeightFile> opening) {
        return input -> {
            try (WeightFile file = opening.apply(mapped(input))) {
                long bytes = file.tensors().values().stream()
                        .mapToLong(tensor -> tensor.data().byteSize())
                        .reduce(0, Math::addExact);
                if (bytes > input.length) {
                    throw new AssertionError("tensors of " + bytes + " bytes in a file of " + input.length);
                }
                touch(file);
            }
        };
    }

    static MappedFile mapped(byte[] input) {
        return MappedFile.of(FuzzRow.FILE, MemorySegment.ofArray(input));
    }

    /** Decodes everything. */
    static void touch(WeightFile file) {
        Touch.text(file.metadata());
        for (StoredTensor tensor : file.tensors().values()) {
            if (tensor.type().isReal()) {
                tensor.toFloats();
            } else {
                tensor.data().toArray(ValueLayout.JAVA_BYTE);
            }
        }
    }
}
