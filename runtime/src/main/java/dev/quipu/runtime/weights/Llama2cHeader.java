package dev.quipu.runtime.weights;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the header of a llama2.c file says. The format leaves out what llama2.c does not vary: RoPE's base of 10000 and the
 * norms' epsilon of 1e-5.
 *
 * @param version the layout
 * @param dim the width of the model
 * @param hiddenDim the width of the feed-forward layers
 * @param layers the number of layers
 * @param heads the number of query heads, which divides the width into heads of an even size
 * @param keyValueHeads the number of key and value heads, which divides the number of query heads
 * @param vocabularySize the number of tokens
 * @param maximumLength the longest sequence
 * @param sharedClassifier whether the output shares the embedding
 * @param groupSize of version 2's int8 groups, 0 in the others
 */
public record Llama2cHeader(
        Llama2cVersion version,
        int dim,
        int hiddenDim,
        int layers,
        int heads,
        int keyValueHeads,
        int vocabularySize,
        int maximumLength,
        boolean sharedClassifier,
        int groupSize) {
    /** llama2.c's own choice, for {@link #groupSizeFor}. */
    public static final int GROUP_SIZE = 64;

    /** The first four bytes of versions 1 and 2, "ak42" as a number. */
    static final int MAGIC = 0x616b3432;

    public Llama2cHeader {
        String mistake = mistake(dim, hiddenDim, layers, heads, keyValueHeads, vocabularySize, maximumLength);
        if (!mistake.isEmpty() || (version == Llama2cVersion.V2 ? groupSize < 1 : groupSize != 0)) {
            throw new AssertionError(mistake + ", group size " + groupSize);
        }
    }

    /** Says in words which number cannot be; empty if all can. */
    static String mistake(
            int dim, int hiddenDim, int layers, int heads, int keyValueHeads, int vocabularySize, int maximumLength) {
        if (dim < 1
                || hiddenDim < 1
                || layers < 1
                || heads < 1
                || keyValueHeads < 1
                || vocabularySize < 1
                || maximumLength < 1) {
            return "sizes " + dim + ", " + hiddenDim + ", " + layers + ", " + heads + ", " + keyValueHeads + ", "
                    + vocabularySize + ", " + maximumLength;
        }
        if (dim % heads != 0 || dim / heads % 2 != 0) {
            return heads + " heads in a width of " + dim;
        }
        return heads % keyValueHeads == 0 ? "" : keyValueHeads + " key-value heads for " + heads + " heads";
    }

    /** The group size of version 2 for a width: {@value #GROUP_SIZE}, halved until it divides the width. */
    public static int groupSizeFor(int dim) {
        int size = GROUP_SIZE;
        while (dim % size != 0) {
            size /= 2;
        }
        return size;
    }

    /** The size of a head. */
    public int headSize() {
        return dim / heads;
    }

    /** The bytes of RoPE's two tables, which only version 0 holds. */
    long ropeBytes() {
        return version == Llama2cVersion.V0
                ? Math.multiplyExact((long) maximumLength * headSize(), (long) Float.BYTES)
                : 0;
    }

    /**
     * The bytes of all tensors and tables.
     *
     * @throws ArithmeticException if they do not fit 64 bits
     */
    long dataBytes() {
        long bytes = ropeBytes();
        for (Llama2cTensor kind : version.order()) {
            bytes = Math.addExact(bytes, Math.multiplyExact(bytes(kind), (long) kind.count(this)));
        }
        return bytes;
    }

    /** The bytes of one tensor; -1 if it is not made of whole groups. */
    long bytes(Llama2cTensor kind) {
        return kind.encoding(this).bytes(kind.shape(this).stream().reduce(1L, Math::multiplyExact));
    }

    /** The fields under the names that llama2.c gives them. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("version", version.name());
        map.put("dim", (long) dim);
        map.put("hidden_dim", (long) hiddenDim);
        map.put("n_layers", (long) layers);
        map.put("n_heads", (long) heads);
        map.put("n_kv_heads", (long) keyValueHeads);
        map.put("vocab_size", (long) vocabularySize);
        map.put("max_seq_len", (long) maximumLength);
        map.put("shared_classifier", sharedClassifier);
        if (version == Llama2cVersion.V2) {
            map.put("group_size", (long) groupSize);
        }
        return Collections.unmodifiableMap(map);
    }
}
