package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.divide;
import static dev.quipu.codegen.jvm.Values.remainder;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;

/** Where head vectors and statistics lie in an attention's tensors, in bytes. */
record AttentionAddresses(AttentionGeometry geometry) {
    /** A key head of an element of the batch. */
    record KeyHead(Value batch, Value number) {}

    /** The key head of a number that counts them over the whole batch. */
    KeyHead keyHead(Emitter body, Value number) {
        Value head = body.let("keyHead", remainder(number, launch().keyHeads()));
        return new KeyHead(body.let("batch", divide(number, launch().keyHeads())), head);
    }

    /** A query head that reads a key head. */
    Value head(KeyHead keyHead, Value member) {
        return plus(times(keyHead.number(), geometry.group()), member);
    }

    /** A key's or value's head vector. */
    Value key(KeyHead keyHead, Value key) {
        Value row = plus(times(toLong(keyHead.batch()), (long) launch().keys()), toLong(key));
        return plus(times(row, (long) geometry.keyRow()), headVector(keyHead.number()));
    }

    /** A query's or output's head vector. */
    Value query(KeyHead keyHead, Value head, Value query) {
        Value row = plus(times(toLong(keyHead.batch()), (long) launch().queries()), toLong(query));
        return plus(times(row, (long) geometry.queryRow()), headVector(head));
    }

    /** The place among the keys of a sequence's first query. */
    Value position(KeyHead keyHead, Value.Variable positions) {
        return new Value.Load(KernelType.INT, positions, times(toLong(keyHead.batch()), (long) Integer.BYTES));
    }

    /** A query's log-sum-exp. */
    Value statistic(KeyHead keyHead, Value head, Value query) {
        Value line = plus(times(keyHead.batch(), launch().heads()), head);
        Value element = plus(times(toLong(line), (long) launch().queries()), toLong(query));
        return times(element, (long) Float.BYTES);
    }

    /** The starts of an element of the batch. */
    Value starts(KeyHead keyHead) {
        return times(toLong(keyHead.batch()), (long) launch().queries() * Integer.BYTES);
    }

    private Value headVector(Value head) {
        return times(toLong(head), (long) launch().headSize() * Float.BYTES);
    }

    private AttentionLaunch launch() {
        return geometry.launch();
    }
}
