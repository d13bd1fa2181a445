package dev.quipu.runtime.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.pickle.PickleText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PyTorchFileTest {
    @TempDir
    Path folder;

    private static PyTorchFile read(byte[] bytes) {
        return PyTorchFile.read(Path.of("file.pt"), MemorySegment.ofArray(bytes), Arena.ofShared());
    }

    /** A file whose pickle is given as text, with storages 0 of the floats 0 to 5 and 1 of the longs 10 and 11. */
    static byte[] file(String pickle) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("data.pkl", PickleText.bytes("PROTO:2 " + expand(pickle) + " STOP"));
        files.put("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        files.put("data/0", TorchZip.floats(0, 1, 2, 3, 4, 5));
        files.put("data/1", TorchZip.longs(10, 11));
        return TorchZip.of("archive", files);
    }

    /** Replaces {@code f(...)} and {@code l(...)} by a tensor over the floats or longs: offset; sizes; strides. */
    static String expand(String pickle) {
        StringBuilder text = new StringBuilder();
        for (String token : pickle.strip().split(" +", 0)) {
            text.append(token.matches("[fl]\\(.*") ? tensor(token) : token).append(' ');
        }
        return text.toString();
    }

    private static String tensor(String token) {
        String[] parts = token.substring(2, token.length() - 1).split(";", -1);
        return "GLOBAL:torch._utils:_rebuild_tensor_v2 MARK "
                + (token.startsWith("f") ? storage("FloatStorage", "0", 6) : storage("LongStorage", "1", 2))
                + " BININT:" + parts[0] + numbers(parts[1]) + numbers(parts[2])
                + " NEWFALSE EMPTY_DICT TUPLE REDUCE";
    }

    private static String storage(String type, String key, int elements) {
        return "MARK BINUNICODE:storage GLOBAL:torch:%s BINUNICODE:%s BINUNICODE:cpu BININT:%d TUPLE BINPERSID"
                .formatted(type, key, elements);
    }

    private static String numbers(String text) {
        return Arrays.stream(text.split(","))
                .filter(number -> !number.isEmpty())
                .map(number -> " BININT:" + number)
                .collect(Collectors.joining("", " MARK", " TUPLE"));
    }

    private static String shown(PyTorchFile file) {
        List<String> tensors = new ArrayList<>();
        for (StoredTensor tensor : file.tensors().values()) {
            tensors.add(tensor
                    + (tensor.type() == ElementType.F32
                            ? Arrays.toString(tensor.toFloats())
                            : tensor.type() == ElementType.I64 ? Arrays.toString(tensor.toLongs()) : ""));
        }
        return String.join(" ", tensors) + file.metadata();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        f(0;2,3;3,1)                                      | value F32[2x3][0.0, 1.0, 2.0, 3.0, 4.0, 5.0]{}
        f(0;3,2;1,3)                                      | value F32[3x2][0.0, 3.0, 1.0, 4.0, 2.0, 5.0]{}
        f(1;2,2;3,1)                                      | value F32[2x2][1.0, 2.0, 4.0, 5.0]{}
        f(3;2;1)                                          | value F32[2][3.0, 4.0]{}
        f(2;2,1,2;2,9,1)                                  | value F32[2x1x2][2.0, 3.0, 4.0, 5.0]{}
        f(5;;)                                            | value F32[][5.0]{}
        f(4;2,2;0,1)                                      | value F32[2x2][4.0, 5.0, 4.0, 5.0]{}
        f(6;0,7;7,1)                                      | value F32[0x7][]{}
        EMPTY_DICT BINUNICODE:a f(0;1;1) SETITEM BINUNICODE:b EMPTY_DICT BININT1:7 l(1;1;1) SETITEM SETITEM | a F32[1][0.0] b.7 I64[1][11]{}
        MARK BININT1:1 l(0;2;1) BINUNICODE:x LIST         | 1 I64[2][10, 11]{value=[1, null, x]}
        EMPTY_DICT BINUNICODE:groups MARK EMPTY_DICT BINUNICODE:lr BINFLOAT:0.5 SETITEM LIST SETITEM | {groups=[{lr=0.5}]}
        EMPTY_DICT BINUNICODE:none NONE SETITEM BINUNICODE:empty EMPTY_DICT SETITEM | {none=null, empty={}}
        NONE                                              | {value=null}
        SHORT_BINBYTES:ab                                 | {value=[97, 98]}
        GLOBAL:torch:bfloat16                             | {value=torch.bfloat16}
        GLOBAL:torch:device BINUNICODE:cuda BININT1:1 TUPLE2 REDUCE | {value=cuda:1}
        GLOBAL:torch:Size MARK BININT1:2 BININT1:3 TUPLE TUPLE1 REDUCE | {value=[2, 3]}
        GLOBAL:argparse:Namespace EMPTY_TUPLE NEWOBJ EMPTY_DICT BINUNICODE:x BININT1:1 SETITEM BUILD | {x=1}
        GLOBAL:torch._utils:_rebuild_parameter f(0;1;1) NEWTRUE EMPTY_DICT TUPLE3 REDUCE | value F32[1][0.0]{}
        GLOBAL:torch._tensor:_rebuild_from_type_v2 MARK GLOBAL:torch._utils:_rebuild_parameter GLOBAL:torch.nn.parameter:Parameter f(0;1;1) NEWTRUE EMPTY_DICT TUPLE3 EMPTY_DICT TUPLE REDUCE | value F32[1][0.0]{}
        MARK BINUNICODE:storage GLOBAL:torch:IntStorage BINUNICODE:1 BINUNICODE:cpu BININT1:4 TUPLE BINPERSID | value I32[4]{}
        """)
    void readsTensorsAndPlainContainers(String pickle, String expected) {
        try (PyTorchFile file = read(file(pickle))) {
            assertEquals(expected, shown(file));
        }
    }

    /** The third generation of tensors' pickles names the type beside an untyped storage. */
    @Test
    void readsUntypedStorages() {
        String pickle = "GLOBAL:torch._utils:_rebuild_tensor_v3 MARK "
                + "MARK BINUNICODE:storage GLOBAL:torch.storage:UntypedStorage BINUNICODE:0 BINUNICODE:cpu BININT:24"
                + " TUPLE BINPERSID BININT1:1" + numbers("2") + numbers("2")
                + " NEWFALSE EMPTY_DICT GLOBAL:torch:uint16 EMPTY_DICT TUPLE REDUCE";
        try (PyTorchFile file = read(file(pickle))) {
            StoredTensor tensor = file.tensor("value");
            assertEquals("value U16[2]", tensor.toString());
            // The floats 0 and 1 as halves: 0, 0, 0, 0x3f80.
            assertEquals(0x3f80, tensor.data().get(ValueLayout.JAVA_SHORT_UNALIGNED, 2));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        f(0;7;1)                  | REDUCE at byte 112: expected a tensor inside its storage of 6 elements, found shape [7], strides [1], offset 0
        f(5;2;1)                  | found shape [2], strides [1], offset 5
        f(-1;2;1)                 | found shape [2], strides [1], offset -1
        f(7;0;1)                  | a tensor inside its storage
        f(0;-2;1)                 | sizes and strides of 0 or more
        f(5;2;-1)                 | sizes and strides of 0 or more
        f(0;2,3;1)                | as many strides as sizes, at most 64, found 1 strides and 2 sizes
        f(0;2147483647,2147483647,2147483647;0,0,0) | a size that fits 64 bits
        f(0;2147483647,2;1,2147483647) | a tensor inside its storage
        f(0;2147483647;0)         | at most 67108864 bytes of tensors that are not contiguous, found 8589934588
        EMPTY_DICT BINUNICODE:a.b f(0;1;1) SETITEM BINUNICODE:a EMPTY_DICT BINUNICODE:b f(1;1;1) SETITEM SETITEM | different names, found two tensors a.b
        EMPTY_DICT BINUNICODE:1 NONE SETITEM BININT1:1 NONE SETITEM | different keys, found two of 1
        EMPTY_LIST BINPUT:0 BINGET:0 APPEND | containers at most 64 deep
        GLOBAL:torch:ComplexFloatStorage | found the name torch.ComplexFloatStorage
        GLOBAL:torch._utils:_rebuild_sparse_tensor | found the name torch._utils._rebuild_sparse_tensor
        GLOBAL:torch._tensor:_rebuild_from_type_v2 MARK GLOBAL:torch._tensor:_rebuild_from_type_v2 GLOBAL:torch:Tensor EMPTY_TUPLE NONE TUPLE REDUCE | a tensor of a class of PyTorch's
        GLOBAL:torch._utils:_rebuild_parameter NONE TUPLE1 REDUCE | expected a tensor, found None
        GLOBAL:torch._utils:_rebuild_tensor EMPTY_TUPLE REDUCE | an argument 1, found 0 arguments
        GLOBAL:torch:FloatStorage EMPTY_TUPLE REDUCE | found the name torch.FloatStorage
        MARK BINUNICODE:storage GLOBAL:torch:FloatStorage BINUNICODE:9 BINUNICODE:cpu BININT1:4 TUPLE BINPERSID | a file data/9, found none
        MARK BINUNICODE:storage GLOBAL:torch:FloatStorage BINUNICODE:0 BINUNICODE:cpu BININT1:4 TUPLE BINPERSID | expected 16 bytes of 4 F32 elements in data/0, found 24 bytes
        MARK BINUNICODE:storage GLOBAL:torch:FloatStorage BINUNICODE:../0 BINUNICODE:cpu BININT1:4 TUPLE BINPERSID | a file data/../0, found none
        MARK f(0;1;1) MARK BINUNICODE:storage GLOBAL:torch:FloatStorage BINUNICODE:0 BINUNICODE:cpu BININT1:5 TUPLE BINPERSID TUPLE | one size and type of the storage 0, found two
        BINUNICODE:x BINPERSID    | the id of a storage
        """)
    void refusesInOneLine(String pickle, String expected) {
        String message =
                assertThrows(QuipuException.class, () -> read(file(pickle))).getMessage();
        assertTrue(message.contains(expected), message);
        assertTrue(message.startsWith("file.pt"), message);
    }

    /** Lists of lists of the same lists: a few bytes double the values. */
    @Test
    void boundsWhatSharedValuesUnfoldTo() {
        StringBuilder pickle = new StringBuilder("NONE BINPUT:0 ");
        for (int level = 1; level < 40; level++) {
            pickle.append("MARK BINGET:0 BINGET:0 BINGET:0 LIST BINPUT:0 ");
        }
        String message = assertTimeout(
                Duration.ofSeconds(20),
                () -> assertThrows(QuipuException.class, () -> read(file(pickle.toString())))
                        .getMessage());
        assertTrue(message.contains("at most 16000000 values"), message);
    }

    @Test
    void refusesOtherArchives() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("data.pkl", PickleText.bytes("PROTO:2 NONE STOP"));
        assertEquals("{value=null}", shown(read(TorchZip.of("a", files))));
        refuses(TorchZip.compressed("a", files), "data.pkl as it is, found it compressed");
        refuses(TorchZip.of("a/b", files), "one data.pkl in a folder, found 0");
        files.put("byteorder", "big".getBytes(StandardCharsets.US_ASCII));
        refuses(TorchZip.of("a", files), "byteorder little, found big");
        files.put("constants.pkl", new byte[0]);
        refuses(TorchZip.of("a", files), "found a TorchScript program");
        refuses(TorchZip.of("a", Map.of("x", new byte[3])), "one data.pkl in a folder, found 0");
        refuses(Arrays.copyOf(TorchZip.of("a", files), 80), "a ZIP file's directory");
        refuses(new byte[0], "a file of torch.save, found other bytes");
        assertThrows(QuipuException.class, () -> PyTorchFile.open(folder.resolve("missing.pt")));
        assertThrows(QuipuException.class, () -> PyTorchFile.open(folder));
    }

    private static void refuses(byte[] bytes, String expected) {
        String message = assertThrows(QuipuException.class, () -> read(bytes)).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void readsTheStreamFromBefore16() {
        byte[] stream = stream("BINUNICODE:0", 6, 24);
        try (PyTorchFile file = read(stream)) {
            assertEquals("value F32[2x2][1.0, 2.0, 4.0, 5.0]{}", shown(file));
        }
        refuses(Arrays.copyOf(stream, stream.length - 1), "6 elements of the storage 0, found 6 in 23 bytes");
        refuses(Arrays.copyOf(stream, stream.length - 30), "found the end of the file");
        refuses(stream("BINUNICODE:0", 5, 24), "6 elements of the storage 0, found 5");
        refuses(stream("BINUNICODE:2", 6, 24), "the keys of storages, each once");
        refuses(stream("BINUNICODE:0 BINUNICODE:0", 6, 24), "the keys of storages, each once");
        refuses(stream("", 6, 24), "elements of the storage 0, found none");
    }

    static byte[] stream(String keys, long elements, int bytes) {
        byte[] pickles = PickleText.bytes("#80028a0a6cfc9c46f9206aa850192e PROTO:2 BININT2:1001 STOP"
                + " PROTO:2 EMPTY_DICT BINUNICODE:little_endian NEWTRUE SETITEM STOP"
                + " PROTO:2 " + expand("f(1;2,2;3,1)") + " STOP"
                + " PROTO:2 MARK " + keys + " LIST STOP");
        return TorchZip.join(
                pickles, TorchZip.longs(elements), Arrays.copyOf(TorchZip.floats(0, 1, 2, 3, 4, 5), bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "candle_test.pt, test, 2x4, 1 2 3 4 5 6 7 8",
        "candle_test_with_key.pt, model_state_dict.test, 2x4, 1 2 3 4 5 6 7 8",
        "candle_fortran_tensor_3d.pth, tensor_fortran, 2x3x4, "
                + "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24"
    })
    void readsFilesOfPyTorch(String name, String tensor, String shape, String expected) {
        try (PyTorchFile file = PyTorchFile.open(SharedData.of("data/formats/" + name))) {
            assertEquals(List.of(tensor), List.copyOf(file.tensors().keySet()));
            assertEquals(tensor + " I64[" + shape + "]", file.tensor(tensor).toString());
            assertArrayEquals(
                    Arrays.stream(expected.split(" "))
                            .mapToLong(Long::parseLong)
                            .toArray(),
                    file.tensor(tensor).toLongs());
            assertEquals(Map.of(), file.metadata());
        }
    }

    @Test
    void readsACheckpointWithItsMoments() {
        try (PyTorchFile file = PyTorchFile.open(SharedData.of("data/weights/llama2xs/ckpt.pt"))) {
            assertEquals(190, file.tensors().size());
            assertEquals(500L, file.metadata().get("iter_num"));
            Map<?, ?> arguments = (Map<?, ?>) file.metadata().get("model_args");
            assertEquals(64L, arguments.get("dim"));
            StoredTensor moment = file.tensor("optimizer.state.0.exp_avg");
            assertEquals(file.tensor("model.tok_embeddings.weight").shape(), moment.shape());
            Map<?, ?> optimizer = (Map<?, ?>) file.metadata().get("optimizer");
            assertEquals(List.of("param_groups"), List.copyOf(optimizer.keySet()));
        }
    }
}
