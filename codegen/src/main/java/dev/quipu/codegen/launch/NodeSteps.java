package dev.quipu.codegen.launch;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.Place;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.op.CrossEntropyBackward;
import dev.quipu.dsl.op.LayerNorm;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.RmsNorm;
import dev.quipu.dsl.op.Softmax;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.WriteState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The steps of each op that maps or reduces rows. */
final class NodeSteps {
    private final StepBuilder builder;
    private final Cluster cluster;

    NodeSteps(StepBuilder builder, Cluster cluster) {
        this.builder = builder;
        this.cluster = cluster;
    }

    /** Appends the steps of one node that maps or reduces rows. */
    void compute(Node node) {
        List<Tensor> in = node.inputs();
        switch (node.op()) {
            case Pointwise pointwise -> {
                Map<String, Expression> inputs = new HashMap<>();
                for (int i = 0; i < in.size(); i++) {
                    String name = pointwise.formula().names().get(i);
                    inputs.put(name, builder.expression(name, in.get(i)));
                }
                Expression value = pointwise.formula().expression().substitute(inputs);
                builder.define(node.output(0), builder.map(role(node.output(0)), value));
            }
            case Cast cast -> {
                Expression x = builder.expression("x", in.getFirst());
                // a copy is no value of its own: integers stay integers
                boolean copy = cast.dtype() == in.getFirst().type().dtype();
                String name = copy && x instanceof Expression.Name(String known) ? known : builder.map("cast", x);
                builder.define(node.output(0), name);
            }
            case Broadcast broadcast ->
                builder.define(node.output(0), builder.map("repeated", builder.expression("x", in.getFirst())));
            case Constant constant ->
                builder.define(node.output(0), builder.map("constant", new Expression.Literal(constant.value())));
            case Sum sum ->
                builder.define(
                        node.output(0),
                        builder.reduce("sum", Step.Reduction.SUM, builder.expression("x", in.getFirst())));
            case WriteState write -> {
                Type type = in.getFirst().type();
                int buffer = builder.buffer(new Place.State(write.state(), type), type, Buffer.Use.WRITE);
                builder.store(
                        builder.expression("x", in.getFirst()),
                        buffer,
                        in.getFirst().shape(),
                        false);
            }
            case AccumulateState accumulate -> {
                Type type = in.getFirst().type();
                builder.store(
                        builder.expression("x", in.getFirst()),
                        builder.updateBuffer(accumulate.state(), type),
                        in.getFirst().shape(),
                        true);
            }
            case RmsNorm norm -> rmsNorm(norm, node);
            case LayerNorm norm -> layerNorm(norm, node);
            case Softmax softmax -> softmax(node);
            case CrossEntropy crossEntropy -> crossEntropy(node);
            case CrossEntropyBackward crossEntropy -> crossEntropyBackward(node);
            default -> throw new AssertionError("no row program for " + node);
        }
    }

    /** What a formula's value is called: as the next formula of the kernel calls it. */
    private String role(Tensor value) {
        for (Node reader : cluster.nodes()) {
            if (reader.op() instanceof Pointwise pointwise && reader.inputs().contains(value)) {
                return pointwise.formula().names().get(reader.inputs().indexOf(value));
            }
        }
        return "y";
    }

    private Expression formula(String formula, Map<String, Expression> inputs) {
        return RowFormulas.parse(formula).substitute(inputs);
    }

    private void rmsNorm(RmsNorm norm, Node node) {
        Expression x = builder.expression("x", node.inputs().get(0));
        Expression weight = builder.expression("weight", node.inputs().get(1));
        String squares = builder.reduce("squares", Step.Reduction.SUM, formula("x * x", Map.of("x", x)));
        String r = builder.map(
                "r",
                formula(
                        "rsqrt(squares * " + 1.0 / builder.walked().last().size() + " + " + norm.epsilon() + ")",
                        Map.of("squares", new Expression.Name(squares))));
        builder.define(node.output(1), r);
        String y = builder.map(
                "normalised", formula("x * r * weight", Map.of("x", x, "r", new Expression.Name(r), "weight", weight)));
        builder.define(node.output(0), y);
    }

    private void layerNorm(LayerNorm norm, Node node) {
        Expression x = builder.expression("x", node.inputs().get(0));
        Expression weight = builder.expression("weight", node.inputs().get(1));
        Expression bias = builder.expression("bias", node.inputs().get(2));
        String width = " * " + 1.0 / builder.walked().last().size();
        String sum = builder.reduce("sum", Step.Reduction.SUM, x);
        String mean = builder.map("mean", formula("sum" + width, Map.of("sum", new Expression.Name(sum))));
        Map<String, Expression> centred = Map.of("x", x, "mean", new Expression.Name(mean));
        String squares = builder.reduce("squares", Step.Reduction.SUM, formula("(x - mean) * (x - mean)", centred));
        String r = builder.map(
                "r",
                formula(
                        "rsqrt(squares" + width + " + " + norm.epsilon() + ")",
                        Map.of("squares", new Expression.Name(squares))));
        builder.define(node.output(1), mean);
        builder.define(node.output(2), r);
        Map<String, Expression> all = new HashMap<>(centred);
        all.putAll(Map.of("r", new Expression.Name(r), "weight", weight, "bias", bias));
        builder.define(node.output(0), builder.map("normalised", formula("(x - mean) * r * weight + bias", all)));
    }

    private void softmax(Node node) {
        Map<String, Expression> known =
                new HashMap<>(Map.of("x", builder.expression("x", node.inputs().get(0))));
        known.put("most", new Expression.Name(builder.reduce("most", Step.Reduction.MAX, known.get("x"))));
        known.put(
                "sum", new Expression.Name(builder.reduce("sum", Step.Reduction.SUM, formula("exp(x - most)", known))));
        builder.define(node.output(0), builder.map("softmax", formula("exp(x - most) / sum", known)));
    }

    private void crossEntropy(Node node) {
        Map<String, Expression> known = new HashMap<>(Map.of(
                "x",
                builder.expression("logits", node.inputs().get(0)),
                "target",
                targets(node),
                Step.COLUMN,
                new Expression.Name(Step.COLUMN)));
        known.put("most", new Expression.Name(builder.reduce("most", Step.Reduction.MAX, known.get("x"))));
        known.put(
                "sum", new Expression.Name(builder.reduce("sum", Step.Reduction.SUM, formula("exp(x - most)", known))));
        known.put(
                "picked",
                new Expression.Name(builder.reduce(
                        "picked", Step.Reduction.SUM, formula("select(column == target, x, 0)", known))));
        known.put("lse", new Expression.Name(builder.map("log_sum_exp", formula("most + log(sum)", known))));
        builder.define(node.output(1), ((Expression.Name) known.get("lse")).name());
        builder.define(node.output(0), builder.map("loss", formula("select(target >= 0, lse - picked, 0)", known)));
    }

    private void crossEntropyBackward(Node node) {
        Map<String, Expression> known = Map.of(
                "x",
                builder.expression("logits", node.inputs().get(0)),
                "target",
                targets(node),
                "lse",
                builder.expression("lse", node.inputs().get(2)),
                "g",
                builder.expression("g", node.inputs().get(3)),
                Step.COLUMN,
                new Expression.Name(Step.COLUMN));
        String formula = "select(target >= 0, (exp(x - lse) - select(column == target, 1, 0)) * g, 0)";
        builder.define(node.output(0), builder.map("d_logits", formula(formula, known)));
    }

    /** A target a row: its shape lacks the innermost dimension. */
    private Expression targets(Node node) {
        Tensor targets = node.inputs().get(1);
        return builder.expression("target", targets, targets.shape().append(new Dim("one", 1)));
    }
}
