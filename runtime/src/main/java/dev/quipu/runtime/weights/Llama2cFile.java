package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A weight file of llama2.c, of version 0, 1 or 2, or of llama2.ts, memory-mapped. Its tensors have no names; they get Meta's,
 * such as {@code layers.0.attention.wq.weight}, because their layout is Meta's. The file's size must be exactly what its header
 * asks for.
 *
 * @see <a href="https://github.com/karpathy/llama2.c/blob/master/export.py">The formats</a>
 */
public final class Llama2cFile implements WeightFile {
    /** The pieces of llama2.ts's vocabulary, a list of text in {@link #metadata}. */
    public static final String TOKENS = "tokens";

    /** Their scores, a list of Floats in {@link #metadata}. */
    public static final String SCORES = "scores";

    private static final int MINIMUM_TOKEN_BYTES = 8;

    private final MappedFile file;
    private final Llama2cHeader header;
    private final SequencedMap<String, StoredTensor> tensors;
    private final Map<String, Object> metadata;

    private Llama2cFile(
            MappedFile file,
            Llama2cHeader header,
            SequencedMap<String, StoredTensor> tensors,
            Map<String, Object> metadata) {
        this.file = file;
        this.header = header;
        this.tensors = Collections.unmodifiableSequencedMap(tensors);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /**
     * Opens and checks a file.
     *
     * @throws QuipuException if it is missing or damaged: one line that names the file
     */
    public static Llama2cFile open(Path path) {
        return MappedFile.open(path, "a llama2.c file", Llama2cFile::read);
    }

    static Llama2cFile read(MappedFile file) {
        Llama2cHeader header = Llama2cHeaderReader.read(file);
        Map<String, Object> metadata = new LinkedHashMap<>(header.toMap());
        long begin = header.version().headerBytes();
        if (header.version() == Llama2cVersion.TYPESCRIPT) {
            begin = readVocabulary(file, header, metadata);
        }
        checkSize(file, header, begin);
        return new Llama2cFile(file, header, tensors(file, header, begin), metadata);
    }

    /** For each token its score, the length of its text and the text. */
    private static long readVocabulary(MappedFile file, Llama2cHeader header, Map<String, Object> metadata) {
        ByteCursor cursor = new ByteCursor(file);
        cursor.skip(header.version().headerBytes(), "the header");
        if (header.vocabularySize() > cursor.remaining() / MINIMUM_TOKEN_BYTES) {
            throw cursor.refusal(
                    "a vocabulary of " + header.vocabularySize() + " tokens", cursor.remaining() + " bytes");
        }
        List<String> tokens = new ArrayList<>();
        List<Float> scores = new ArrayList<>();
        for (int i = 0; i < header.vocabularySize(); i++) {
            scores.add(cursor.float32("a token's score"));
            tokens.add(cursor.text(cursor.int32("the length of a token"), "a token"));
        }
        metadata.put(TOKENS, List.copyOf(tokens));
        metadata.put(SCORES, List.copyOf(scores));
        return cursor.position();
    }

    private static void checkSize(MappedFile file, Llama2cHeader header, long begin) {
        String path = file.path().toString();
        long actual = file.bytes().byteSize();
        try {
            checkGroups(path, header);
            long wanted = Math.addExact(begin, header.dataBytes());
            if (wanted != actual) {
                throw QuipuException.of(
                        wanted + " bytes, as the header asks for",
                        actual + " bytes",
                        path,
                        "the file is " + (actual < wanted ? "truncated, or is " : "") + "of another kind");
            }
        } catch (ArithmeticException e) {
            String message = path + ": expected sizes that " + actual + " bytes can hold, found " + header.toMap();
            throw new QuipuException(message, e);
        }
    }

    private static void checkGroups(String path, Llama2cHeader header) {
        for (Llama2cTensor kind : header.version().order()) {
            if (kind.count(header) > 0 && header.bytes(kind) < 0) {
                throw QuipuException.of(
                        "a group size that divides all weights",
                        header.groupSize() + " for " + kind.name(0) + " of shape " + kind.shape(header),
                        path,
                        ByteCursor.REMEDY);
            }
        }
    }

    private static SequencedMap<String, StoredTensor> tensors(MappedFile file, Llama2cHeader header, long begin) {
        SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
        long at = begin;
        for (Llama2cTensor kind : header.version().order()) {
            if (kind == Llama2cTensor.OUTPUT) {
                at += header.ropeBytes();
            }
            for (int layer = 0; layer < kind.count(header); layer++) {
                String name = kind.name(layer);
                long bytes = header.bytes(kind);
                tensors.put(
                        name,
                        new StoredTensor(
                                name,
                                kind.encoding(header),
                                kind.shape(header),
                                file.bytes().asSlice(at, bytes)));
                at += bytes;
            }
        }
        return tensors;
    }

    @Override
    public Path path() {
        return file.path();
    }

    public Llama2cHeader header() {
        return header;
    }

    /** The tensors by Meta's names, in the file's order; there is no {@code output.weight} where it shares the embedding. */
    @Override
    public SequencedMap<String, StoredTensor> tensors() {
        return tensors;
    }

    /**
     * The header's fields as llama2.c names them: {@code dim}, {@code hidden_dim}, {@code n_layers}, {@code n_heads},
     * {@code n_kv_heads}, {@code vocab_size}, {@code max_seq_len} as Longs, {@code shared_classifier}, {@code version}, in
     * version 2 {@code group_size}, and for llama2.ts {@value #TOKENS} and {@value #SCORES}.
     */
    @Override
    public Map<String, Object> metadata() {
        return metadata;
    }

    /** Unmaps the file; tensors taken from it can no longer be read. */
    @Override
    public void close() {
        file.close();
    }
}
