package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.ZERO;
import static dev.quipu.codegen.gpu.GpuForms.compare;
import static dev.quipu.codegen.gpu.GpuForms.less;
import static dev.quipu.codegen.gpu.GpuForms.log;
import static dev.quipu.codegen.gpu.GpuForms.number;
import static dev.quipu.codegen.gpu.GpuForms.quotient;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.AttentionLaunch;

/**
 * What attention over tiles ends with: a tile's outputs, divided by the sums of their weights, and each row's log-sum-exp where
 * the launch has a place for it.
 *
 * @param output the memory of the outputs; that of the statistics comes next
 * @param statistic where the statistic of the tile's first row goes
 * @param queryAt where the outputs of the tile's first row go
 * @param count rows of the tile that exist
 */
record AttentionEnd(
        AttentionLaunch launch,
        Memories memories,
        AttentionPlaces places,
        int output,
        Value statistic,
        Value queryAt,
        Value count) {
    /** @param vectors how items share the outputs */
    void emit(Emitter body, RunningSoftmax softmax, Spread vectors, RegisterBlock outputs) {
        softmax.finish(body);
        for (int i = 0; i < vectors.rows(); i++) {
            int line = i;
            Value row = vectors.row(i);
            body.when(less(row, count), inner -> {
                Value.Variable total = inner.let("total", softmax.total(row));
                Value positive = compare(total, Comparison.GREATER, ZERO);
                Value.Variable inverse =
                        inner.let("inverse", new Value.Select(positive, quotient(number(1), total), ZERO));
                Value at = inner.let("at", plus(queryAt, times(row, places.queryStep())));
                vectors.store(
                        inner,
                        launch.headSize(),
                        (column, j) -> memories.store(output, plus(at, column), times(outputs.at(line, j), inverse)));
            });
        }
        if (launch.kind() == AttentionLaunch.Kind.FORWARD && launch.buffers().size() > output + 1) {
            Value item = softmax.item();
            body.when(less(item, count), inner -> {
                Value logarithm = plus(softmax.most(), log(softmax.total(item)));
                inner.add(memories.store(output + 1, plus(statistic, item), logarithm));
            });
        }
    }
}
