package dev.quipu.compiler.reference;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.LayerNorm;
import dev.quipu.dsl.op.RmsNorm;
import java.util.List;

/** Ops that treat each row of the last axis by itself. */
final class ReferenceRows {
    private ReferenceRows() {}

    static List<Array> rmsNorm(RmsNorm op, Array x, Array weight, List<Type> types) {
        int width = weight.size();
        Array reciprocals = Array.of(types.get(1), row -> {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                squares += x.get(row * width + i) * x.get(row * width + i);
            }
            return 1 / Math.sqrt(squares / width + op.epsilon());
        });
        Array y = Array.of(types.get(0), i -> x.get(i) * reciprocals.get(i / width) * weight.get(i % width));
        return List.of(y, reciprocals);
    }

    static List<Array> layerNorm(LayerNorm op, Array x, Array weight, Array bias, List<Type> types) {
        int width = weight.size();
        Array means = Array.of(types.get(1), row -> {
            double sum = 0;
            for (int i = 0; i < width; i++) {
                sum += x.get(row * width + i);
            }
            return sum / width;
        });
        Array reciprocals = Array.of(types.get(2), row -> {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                double centred = x.get(row * width + i) - means.get(row);
                squares += centred * centred;
            }
            return 1 / Math.sqrt(squares / width + op.epsilon());
        });
        Array y = Array.of(types.get(0), i -> {
            int row = i / width;
            return (x.get(i) - means.get(row)) * reciprocals.get(row) * weight.get(i % width) + bias.get(i % width);
        });
        return List.of(y, means, reciprocals);
    }

    static Array softmax(Array x, Type type) {
        int width = x.type().shape().last().size();
        double[] sums = new double[x.size() / width];
        for (int row = 0; row < sums.length; row++) {
            sums[row] = logSumExp(x, row * width, width);
        }
        return Array.of(type, i -> Math.exp(x.get(i) - sums[i / width]));
    }

    static List<Array> crossEntropy(Node node, Array logits, Array targets) {
        int width = logits.type().shape().last().size();
        Array sums = Array.of(node.types().get(1), row -> logSumExp(logits, row * width, width));
        Array losses = Array.of(node.types().get(0), row -> {
            int target = target(node, targets, row, width);
            return target < 0 ? 0 : sums.get(row) - logits.get(row * width + target);
        });
        return List.of(losses, sums);
    }

    static Array crossEntropyBackward(Node node, Array logits, Array targets, Array sums, Array gradient) {
        int width = logits.type().shape().last().size();
        return Array.of(node.types().getFirst(), i -> {
            int row = i / width;
            int target = target(node, targets, row, width);
            double likely = Math.exp(logits.get(i) - sums.get(row));
            return target < 0 ? 0 : (likely - (i % width == target ? 1 : 0)) * gradient.get(row);
        });
    }

    static Array embedding(Node node, Array table, Array ids, Type type) {
        int width = table.type().shape().last().size();
        int rows = table.type().shape().size(0);
        return Array.of(type, i -> table.get(id(node, ids, i / width, rows) * width + i % width));
    }

    static Array embeddingBackward(Node node, Array ids, Array gradient, Type type) {
        int width = type.shape().last().size();
        Array sums = Array.zeros(type);
        for (int place = 0; place < ids.size(); place++) {
            int row = id(node, ids, place, type.shape().size(0));
            for (int i = 0; i < width; i++) {
                sums.values()[row * width + i] += gradient.get(place * width + i);
            }
        }
        return sums;
    }

    /** {@code log(sum(exp(x)))} of one row, shifted by its maximum so that nothing overflows. */
    private static double logSumExp(Array x, int start, int width) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i++) {
            max = Math.max(max, x.get(start + i));
        }
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += Math.exp(x.get(start + i) - max);
        }
        return max + Math.log(sum);
    }

    private static int target(Node node, Array targets, int row, int vocabulary) {
        return targets.get(row) < 0 ? -1 : id(node, targets, row, vocabulary);
    }

    private static int id(Node node, Array ids, int place, int vocabulary) {
        int id = (int) ids.get(place);
        if (id < 0 || id >= vocabulary) {
            throw QuipuException.of(
                    "ids in [0, " + vocabulary + "), the vocabulary",
                    id + " at position " + place,
                    node.op().mnemonic() + " " + node.site(),
                    "encode the text with the model's own tokenizer");
        }
        return id;
    }
}
