package dev.quipu.runtime.weights;

import static dev.quipu.runtime.weights.Llama2cTensor.ATTENTION_NORM;
import static dev.quipu.runtime.weights.Llama2cTensor.EMBEDDING;
import static dev.quipu.runtime.weights.Llama2cTensor.FEED_FORWARD_NORM;
import static dev.quipu.runtime.weights.Llama2cTensor.NORM;
import static dev.quipu.runtime.weights.Llama2cTensor.OUTPUT;
import static dev.quipu.runtime.weights.Llama2cTensor.W1;
import static dev.quipu.runtime.weights.Llama2cTensor.W2;
import static dev.quipu.runtime.weights.Llama2cTensor.W3;
import static dev.quipu.runtime.weights.Llama2cTensor.WK;
import static dev.quipu.runtime.weights.Llama2cTensor.WO;
import static dev.quipu.runtime.weights.Llama2cTensor.WQ;
import static dev.quipu.runtime.weights.Llama2cTensor.WV;

import java.util.List;

/** The layouts of llama2.c's weight files: in which order the kinds of tensors follow, each for all layers. */
public enum Llama2cVersion {
    /** Seven integers and no magic; between the last norm and the output are tables of RoPE's cosines and sines. */
    V0(28, List.of(EMBEDDING, ATTENTION_NORM, WQ, WK, WV, WO, FEED_FORWARD_NORM, W1, W2, W3, NORM, OUTPUT)),

    /** A header of 256 bytes with a magic number, then 32-bit floats. */
    V1(256, List.of(ATTENTION_NORM, FEED_FORWARD_NORM, NORM, EMBEDDING, WQ, WK, WV, WO, W1, W2, W3, OUTPUT)),

    /** As V1, with all matrices in {@link GroupedInt8}. */
    V2(256, List.of(ATTENTION_NORM, FEED_FORWARD_NORM, NORM, EMBEDDING, WQ, WK, WV, WO, W1, W2, W3, OUTPUT)),

    /** That of llama2.ts, its first version: a header of 256 bytes with a name, the vocabulary, then 32-bit floats. */
    TYPESCRIPT(256, List.of(EMBEDDING, ATTENTION_NORM, WQ, WK, WV, WO, FEED_FORWARD_NORM, W1, W3, W2, NORM, OUTPUT));

    private final int headerBytes;
    private final List<Llama2cTensor> order;

    Llama2cVersion(int headerBytes, List<Llama2cTensor> order) {
        this.headerBytes = headerBytes;
        this.order = order;
    }

    int headerBytes() {
        return headerBytes;
    }

    List<Llama2cTensor> order() {
        return order;
    }
}
