package dev.quipu.runtime.weights;

import dev.quipu.runtime.fuzz.FuzzRow;
import dev.quipu.runtime.pickle.PickleText;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The reader of PyTorch's files: both of their layouts, and pickles in a sound archive. */
final class TorchFuzzRows {
    private static final String CHECKPOINT =
            "EMPTY_DICT MARK BINUNICODE:a f(0;3,2;1,3) BINUNICODE:b MARK l(0;1;1) BINFLOAT:1.5 LIST"
                    + " BINUNICODE:c GLOBAL:collections:OrderedDict EMPTY_TUPLE REDUCE BINPUT:1 SETITEMS";

    private TorchFuzzRows() {}

    static List<FuzzRow> rows() {
        byte[] pickle = PickleText.bytes("PROTO:2 " + PyTorchFileTest.expand(CHECKPOINT) + " STOP");
        return List.of(
                new FuzzRow("pytorch.zip", List.of(PyTorchFileTest.file(CHECKPOINT)), TorchFuzzRows::read),
                new FuzzRow(
                        "pytorch.stream", List.of(PyTorchFileTest.stream("BINUNICODE:0", 6, 24)), TorchFuzzRows::read),
                new FuzzRow("pytorch.pickle", List.of(pickle), input -> read(archive(input))));
    }

    private static byte[] archive(byte[] pickle) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("data.pkl", pickle);
        files.put("data/0", TorchZip.floats(0, 1, 2, 3, 4, 5));
        files.put("data/1", TorchZip.longs(10, 11));
        return TorchZip.of("archive", files);
    }

    /** Tensors may share their elements, and repeat them along an axis: only those that are not larger than the file are decoded. */
    private static void read(byte[] input) {
        MappedFile mapped = WeightFuzzRows.mapped(input);
        try (PyTorchFile file = PyTorchFile.read(mapped.path(), mapped.bytes(), Arena.ofShared())) {
            if (file.tensors().values().stream()
                    .allMatch(tensor -> tensor.data().byteSize() <= input.length)) {
                WeightFuzzRows.touch(file);
            }
        }
    }
}
