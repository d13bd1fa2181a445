package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.nio.charset.StandardCharsets;

/** Reads and checks the headers of llama2.c's and llama2.ts's files. */
final class Llama2cHeaderReader {
    static final String NAME = "llama";

    private static final String REMEDY = "the file is damaged or is not a llama2.c file";
    private static final int V0_NUMBERS = 7;
    private static final int MINIMUM_BYTES = Llama2cVersion.V0.headerBytes();

    private final ByteCursor cursor;

    private Llama2cHeaderReader(ByteCursor cursor) {
        this.cursor = cursor;
    }

    /** Which layout a file begins like; a file of another kind begins like V0, which has no magic number. */
    static Llama2cVersion version(MappedFile file) {
        ByteCursor cursor = new ByteCursor(file);
        if (cursor.remaining() < MINIMUM_BYTES) {
            throw QuipuException.of(
                    "a header of at least " + MINIMUM_BYTES + " bytes",
                    cursor.remaining() + " bytes",
                    cursor.file(),
                    "the file is truncated");
        }
        if (beginsWithName(file)) {
            return Llama2cVersion.TYPESCRIPT;
        }
        if (cursor.int32("the magic number") != Llama2cHeader.MAGIC) {
            return Llama2cVersion.V0;
        }
        int version = cursor.int32("the version");
        return switch (version) {
            case 1 -> Llama2cVersion.V1;
            case 2 -> Llama2cVersion.V2;
            default -> throw QuipuException.of("version 1 or 2 of llama2.c", "version " + version, cursor.file(), "");
        };
    }

    /** Whether a file begins like one of llama2.c or llama2.ts, whatever its size. */
    static boolean recognises(MappedFile file) {
        if (file.bytes().byteSize() < MINIMUM_BYTES) {
            return false;
        }
        ByteCursor cursor = new ByteCursor(file);
        if (beginsWithName(file) || cursor.int32("the magic number") == Llama2cHeader.MAGIC) {
            return true;
        }
        cursor = new ByteCursor(file);
        int[] sizes = new int[V0_NUMBERS];
        for (int i = 0; i < V0_NUMBERS; i++) {
            sizes[i] = cursor.int32("the header");
        }
        String mistake =
                Llama2cHeader.mistake(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], Math.abs(sizes[5]), sizes[6]);
        return mistake.isEmpty();
    }

    /** llama2.ts: a byte that is the version, then the length of a name and the name. */
    private static boolean beginsWithName(MappedFile file) {
        ByteCursor cursor = new ByteCursor(file);
        byte version = cursor.int8("the version");
        if (cursor.int32("the length of the name") != NAME.length()) {
            return false;
        }
        for (byte letter : NAME.getBytes(StandardCharsets.US_ASCII)) {
            if (cursor.int8("the name") != letter) {
                return false;
            }
        }
        if (version != 1) {
            throw QuipuException.of("version 1 of llama2.ts", "version " + version, cursor.file(), "");
        }
        return true;
    }

    /**
     * Reads the header.
     *
     * @throws QuipuException if it is damaged or its numbers cannot be: one line that names the file
     */
    static Llama2cHeader read(MappedFile file) {
        Llama2cVersion version = version(file);
        Llama2cHeaderReader reader = new Llama2cHeaderReader(new ByteCursor(file));
        if (file.bytes().byteSize() < version.headerBytes()) {
            throw QuipuException.of(
                    "a header of " + version.headerBytes() + " bytes",
                    "a file of " + file.bytes().byteSize() + " bytes",
                    reader.cursor.file(),
                    "the file is truncated");
        }
        return switch (version) {
            case V0 -> reader.readV0();
            case V1, V2 -> reader.readWithMagic(version);
            case TYPESCRIPT -> reader.readTypeScript();
        };
    }

    /** A negative vocabulary size says that the output has weights of its own. */
    private Llama2cHeader readV0() {
        int dim = number();
        int hiddenDim = number();
        int layers = number();
        int heads = number();
        int keyValueHeads = number();
        int vocabulary = number();
        return checked(
                Llama2cVersion.V0,
                dim,
                hiddenDim,
                layers,
                heads,
                keyValueHeads,
                Math.abs(vocabulary),
                number(),
                vocabulary > 0,
                0);
    }

    private Llama2cHeader readWithMagic(Llama2cVersion version) {
        cursor.int64("the magic number and the version");
        int dim = number();
        int hiddenDim = number();
        int layers = number();
        int heads = number();
        int keyValueHeads = number();
        int vocabulary = number();
        int maximumLength = number();
        boolean shared = flag();
        int groupSize = version == Llama2cVersion.V2 ? number() : 0;
        if (version == Llama2cVersion.V2 && groupSize < 1) {
            throw refusal("a group size of 1 or more", String.valueOf(groupSize));
        }
        return checked(
                version, dim, hiddenDim, layers, heads, keyValueHeads, vocabulary, maximumLength, shared, groupSize);
    }

    private Llama2cHeader readTypeScript() {
        cursor.int8("the version");
        cursor.text(number(), "the name");
        int dim = number();
        int hiddenDim = number();
        int maximumLength = number();
        int vocabulary = number();
        int layers = number();
        int heads = number();
        int keyValueHeads = number();
        return checked(
                Llama2cVersion.TYPESCRIPT,
                dim,
                hiddenDim,
                layers,
                heads,
                keyValueHeads,
                vocabulary,
                maximumLength,
                flag(),
                0);
    }

    private Llama2cHeader checked(
            Llama2cVersion version,
            int dim,
            int hiddenDim,
            int layers,
            int heads,
            int keyValueHeads,
            int vocabulary,
            int maximumLength,
            boolean shared,
            int groupSize) {
        String mistake = Llama2cHeader.mistake(dim, hiddenDim, layers, heads, keyValueHeads, vocabulary, maximumLength);
        if (!mistake.isEmpty()) {
            throw refusal("the sizes of a LLaMA model", mistake);
        }
        return new Llama2cHeader(
                version, dim, hiddenDim, layers, heads, keyValueHeads, vocabulary, maximumLength, shared, groupSize);
    }

    private int number() {
        return cursor.int32("the header");
    }

    private boolean flag() {
        byte flag = cursor.int8("the header");
        if (flag != 0 && flag != 1) {
            throw refusal("0 or 1 for a shared classifier", String.valueOf(flag));
        }
        return flag == 1;
    }

    private QuipuException refusal(String expected, String found) {
        return QuipuException.of(expected, found, cursor.file() + ": header", REMEDY);
    }
}
