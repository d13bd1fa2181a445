package dev.quipu.runtime.op;

import static dev.quipu.runtime.op.Elements.at;
import static dev.quipu.runtime.op.Elements.each;
import static dev.quipu.runtime.op.Elements.with;
import static dev.quipu.runtime.op.Values.around;
import static dev.quipu.runtime.op.Values.cycle;
import static dev.quipu.runtime.op.Values.integers;
import static dev.quipu.runtime.op.Values.normal;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.op.CrossEntropyBackward;
import dev.quipu.dsl.op.LayerNorm;
import dev.quipu.dsl.op.RmsNorm;
import dev.quipu.dsl.op.Softmax;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Ops over rows of the last axis: norms, softmax, cross entropy. */
final class RowRows {
    private static final int[] WIDTHS = {1, 2, 7, 16, 37, 48, 64, 257};

    private RowRows() {}

    static List<OpRow> rows() {
        List<OpRow> rows = new ArrayList<>();
        for (int width : WIDTHS) {
            rows.add(rmsNorm("width " + width, 5, width, normal(1), 1e-5f));
            rows.add(layerNorm("width " + width, 5, width, normal(1), 1e-5f));
            rows.add(softmax("width " + width, 5, width, normal(2)));
            rows.add(crossEntropy("width " + width, 5, width, normal(2), integers(0, width)));
        }
        rows.add(rmsNorm("many rows", 130, 20, normal(1), 1e-6f));
        rows.add(rmsNorm("of 1e4", 3, 37, around(1e4), 1e-5f));
        rows.add(rmsNorm("tiny", 3, 37, around(1e-30), 1e-5f));
        rows.add(rmsNorm("zeros", 3, 37, cycle(0), 1e-5f));
        rows.add(layerNorm("many rows", 130, 20, normal(1), 1e-6f));
        rows.add(layerNorm("of 1e4", 3, 37, around(1e4), 1e-5f));
        rows.add(layerNorm("tiny", 3, 37, around(1e-30), 1e-5f));
        rows.add(layerNorm("rows of equal elements", 3, 37, cycle(2), 1e-5f));
        rows.add(softmax("many rows", 130, 20, normal(1)));
        rows.add(softmax("of 88", 3, 37, around(88)));
        rows.add(softmax("of 1e4", 3, 37, around(1e4)).stepping(1e-8));
        rows.add(softmax("tiny", 3, 37, around(1e-30)));
        rows.add(crossEntropy("negative targets", 12, 37, normal(1), cycle(3, -1, 36, -100)));
        rows.add(crossEntropy("nothing to learn", 4, 37, normal(1), cycle(-1)));
        rows.add(crossEntropy("of 88", 5, 37, around(88), integers(0, 37)));
        rows.add(crossEntropy("of 1e4", 5, 37, around(1e4), integers(0, 37)).stepping(1e-8));
        rows.add(crossEntropy("many rows", 130, 97, normal(1), integers(0, 97)));
        rows.add(crossEntropyBackward());
        return rows;
    }

    private static double sum(int count, IntToDoubleFunction term) {
        return IntStream.range(0, count).mapToDouble(term).sum();
    }

    private static OpRow rmsNorm(String name, int count, int width, Values values, float epsilon) {
        String type = "row=" + count + " channel=" + width;
        String statistic = "row=" + count + " one=1";
        Elements.Rule reciprocal =
                (in, i) -> 1 / Math.sqrt(sum(width, c -> Math.pow(at(in.get(0), with(i, -1, c)), 2)) / width + epsilon);
        return OpRow.of(name, new RmsNorm(epsilon))
                .input("x", type, values)
                .input("weight", "channel=" + width, normal(1))
                .gives(type, statistic)
                .like(in -> List.of(
                        Elements.array(
                                type, in, (leaves, i) -> at(in.get(0), i) * at(in.get(1), i) * reciprocal.at(in, i)),
                        Elements.array(statistic, in, reciprocal)));
    }

    private static OpRow layerNorm(String name, int count, int width, Values values, float epsilon) {
        String type = "row=" + count + " channel=" + width;
        String statistic = "row=" + count + " one=1";
        Elements.Rule mean = (in, i) -> sum(width, c -> at(in.get(0), with(i, -1, c))) / width;
        Elements.Rule reciprocal = (in, i) -> {
            double centre = mean.at(in, i);
            double variance = sum(width, c -> Math.pow(at(in.get(0), with(i, -1, c)) - centre, 2)) / width;
            return Math.pow(variance + epsilon, -0.5);
        };
        return OpRow.of(name, new LayerNorm(epsilon))
                .input("x", type, values)
                .input("weight", "channel=" + width, normal(1))
                .input("bias", "channel=" + width, normal(1))
                .gives(type, statistic, statistic)
                .like(in -> List.of(
                        Elements.array(
                                type,
                                in,
                                (leaves, i) ->
                                        (at(in.get(0), i) - mean.at(in, i)) * reciprocal.at(in, i) * at(in.get(1), i)
                                                + at(in.get(2), i)),
                        Elements.array(statistic, in, mean),
                        Elements.array(statistic, in, reciprocal)));
    }

    private static OpRow softmax(String name, int count, int width, Values values) {
        String type = "batch=2 row=" + count + " channel=" + width;
        // 1 / sum(exp(x_j - x_i)): no maximum, and an overflowing sum gives the right zero
        return OpRow.of(name, new Softmax())
                .input("x", type, values)
                .gives(type)
                .like(each(
                        type,
                        (in, i) -> 1 / sum(width, c -> Math.exp(at(in.get(0), with(i, -1, c)) - at(in.get(0), i)))));
    }

    private static OpRow crossEntropy(String name, int count, int width, Values values, Values targets) {
        String statistic = "row=" + count + " one=1";
        return OpRow.of(name, new CrossEntropy())
                .input("logits", "row=" + count + " channel=" + width, values)
                .input("targets", "i32 row=" + count, targets)
                .gives(statistic, statistic)
                .like(in -> List.of(
                        Elements.array(statistic, in, (leaves, i) -> {
                            int target = (int) in.get(1).get(i[0]);
                            return target < 0 ? 0 : logSumExp(in.get(0), i) - at(in.get(0), i[0], target);
                        }),
                        Elements.array(statistic, in, (leaves, i) -> logSumExp(in.get(0), i))));
    }

    private static double logSumExp(Array logits, int... index) {
        int width = logits.type().shape().last().size();
        double first = at(logits, with(index, -1, 0));
        double greatest = IntStream.range(0, width)
                .mapToDouble(c -> at(logits, with(index, -1, c)))
                .reduce(first, Math::max);
        return greatest + Math.log(sum(width, c -> Math.exp(at(logits, with(index, -1, c)) - greatest)));
    }

    private static OpRow crossEntropyBackward() {
        String type = "batch=2 sequence=4 vocabulary=37";
        return OpRow.of("with negative targets", CrossEntropyBackward.class, in -> {
                    Tensor statistic =
                            Tensor.apply(new CrossEntropy(), in[0], in[1]).output(1);
                    return Tensor.apply(new CrossEntropyBackward(), in[0], in[1], statistic, in[2]);
                })
                .input("logits", type, normal(2))
                .input("targets", "i32 batch=2 sequence=4", cycle(0, 36, -1, 7))
                .input("gradient", "batch=2 sequence=4 one=1", normal(1))
                .gives(type)
                .like(each(type, (in, i) -> {
                    int target = (int) at(in.get(1), i[0], i[1]);
                    double likely = Math.exp(at(in.get(0), i) - logSumExp(in.get(0), i));
                    double slope = likely - (target == i[2] ? 1 : 0);
                    return target < 0 ? 0 : slope * at(in.get(2), i);
                }));
    }
}
