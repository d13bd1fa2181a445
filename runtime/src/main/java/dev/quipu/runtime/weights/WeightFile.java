package dev.quipu.runtime.weights;

import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;

/** One open file of named tensors, which are views of its mapped bytes, valid until it is closed. */
public interface WeightFile extends AutoCloseable {
    Path path();

    /** All tensors by the names that the file gives them, in its order. */
    SequencedMap<String, StoredTensor> tensors();

    /**
     * What the file says beside tensors, as strings, numbers, booleans, lists, maps and nulls: a header's fields, GGUF's
     * key-value pairs, a PyTorch checkpoint's plain containers.
     */
    Map<String, Object> metadata();

    /** Unmaps the file; its tensors can no longer be read. */
    @Override
    void close();
}
