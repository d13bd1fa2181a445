package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Function;

/** The kinds of weight files, told apart by how they begin. */
public enum WeightFormat {
    SAFETENSORS("safetensors", SafetensorsFile::open),
    GGUF("GGUF", GgufFile::open),
    LLAMA2_C("llama2.c", Llama2cFile::open),
    PYTORCH("PyTorch", PyTorchFile::open);

    private static final int GGUF_MAGIC = 0x46554747;

    private final String title;
    private final Function<Path, WeightFile> opener;

    WeightFormat(String title, Function<Path, WeightFile> opener) {
        this.title = title;
        this.opener = opener;
    }

    /** The name that people use. */
    public String title() {
        return title;
    }

    /**
     * Opens and checks a file of this kind.
     *
     * @throws QuipuException if it is missing or damaged: one line that names the file and the place
     */
    public WeightFile open(Path file) {
        return opener.apply(file);
    }

    /**
     * The kind of a file, by its content.
     *
     * @throws QuipuException if it is missing or of no kind that Quipu knows: one line that says how it begins
     */
    public static WeightFormat of(Path file) {
        try (MappedFile mapped = MappedFile.open(file, "a weight file", Function.identity())) {
            return of(mapped);
        }
    }

    static WeightFormat of(MappedFile file) {
        ByteCursor cursor = new ByteCursor(file);
        if (cursor.remaining() >= Long.BYTES) {
            long first = cursor.int64("the first eight bytes");
            if ((int) first == GGUF_MAGIC) {
                return GGUF;
            }
            if (PyTorchFile.isStart(file.bytes())) {
                return PYTORCH;
            }
            if (beginsWithJson(first, cursor)) {
                return SAFETENSORS;
            }
            if (Llama2cHeaderReader.recognises(file)) {
                return LLAMA2_C;
            }
        }
        throw QuipuException.of(
                "a file of safetensors, GGUF, llama2.c or PyTorch",
                beginning(file),
                file.path().toString(),
                "the file is damaged or of another kind");
    }

    /** A length, then a JSON object of that length; one that is too short is a truncated file. */
    private static boolean beginsWithJson(long length, ByteCursor cursor) {
        return length > 0
                && length <= SafetensorsFile.MAXIMUM_HEADER_BYTES
                && cursor.remaining() > 0
                && cursor.int8("the header") == '{';
    }

    private static String beginning(MappedFile file) {
        ByteCursor cursor = new ByteCursor(file);
        byte[] bytes = new byte[(int) Math.min(Long.BYTES, cursor.remaining())];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = cursor.int8("the first bytes");
        }
        return bytes.length == 0
                ? "an empty file"
                : "the bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes);
    }
}
