package dev.quipu.dsl.catalog;

import java.util.List;
import java.util.Map;

/** A weight file that says itself which model its tensors belong to. */
public interface DescribedWeights {
    /** For messages. */
    String file();

    /** What the file says beside tensors: strings, numbers, booleans, lists, maps and nulls. */
    Map<String, Object> metadata();

    /** The shape of each tensor, outermost axis first, by name. */
    Map<String, List<Long>> shapes();

    /** The elements of a small tensor. */
    float[] values(String tensor);
}
