package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;

/** Where the head vectors and statistics of one element of the batch lie in their buffers, in elements. */
record AttentionPlaces(AttentionLaunch launch, Value batch) {
    /** Places for one of {@code batch * count} numbers, those of one element of the batch side by side. */
    static AttentionPlaces of(Emitter body, AttentionLaunch launch, Value number, int count) {
        return new AttentionPlaces(launch, body.let("batch", divide(number, count)));
    }

    /** A head out of such a number. */
    static Value.Variable head(Emitter body, String name, Value number, int count) {
        return body.let(name, remainder(number, count));
    }

    /** Query heads that read one key head. */
    int group() {
        return launch.heads() / launch.keyHeads();
    }

    Value keyHead(Value head) {
        return divide(head, group());
    }

    /** A query's vector, and those of its output and of their gradients. */
    Value query(Value head, Value query) {
        return times(plus(times(row(query), launch.heads()), head), launch.headSize());
    }

    /** A key's vector, and those of its value and of their gradients. */
    Value key(Value keyHead, Value key) {
        Value row = plus(times(batch, launch.keys()), key);
        return times(plus(times(row, launch.keyHeads()), keyHead), launch.headSize());
    }

    /** A query's log-sum-exp. */
    Value statistic(Value head, Value query) {
        return plus(times(plus(times(batch, launch.heads()), head), launch.queries()), query);
    }

    /** A query among those of all sequences. */
    Value row(Value query) {
        return plus(times(batch, launch.queries()), query);
    }

    /** From one query's vector to the next's. */
    int queryStep() {
        return launch.heads() * launch.headSize();
    }

    /** From one key's vector to the next's. */
    int keyStep() {
        return launch.keyHeads() * launch.headSize();
    }
}
