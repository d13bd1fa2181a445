package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;

/** What attention over tiles knows of each of its rows: its largest score and the sum of its weights. */
sealed interface RunningSoftmax permits Softmax, MatrixSoftmax {
    /** The item whose row {@link #most} is of. */
    Value.Variable item();

    /** The largest score of an item's row so far. */
    Value most();

    /** What outputs of a row are multiplied by, after a tile's weights and a barrier. */
    Value factor(Value row);

    /** After the loop over tiles and a barrier: shows all items the sums. */
    void finish(Emitter body);

    /** The sum of a row's weights, after {@link #finish}. */
    Value total(Value row);
}
