package dev.quipu.codegen.launch;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects the buffers and steps of one launch while its cluster's nodes are walked in order. */
final class StepBuilder {
    private final Scheduled scheduled;
    private final Shape walked;
    private final Space space;
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    private final List<Step> loads = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final Map<Tensor, Expression> values = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    StepBuilder(Scheduled scheduled, Shape walked) {
        this.scheduled = scheduled;
        this.walked = walked;
        this.space = new Space(
                walked.dims().subList(0, walked.rank() - 1).stream()
                        .map(Dim::size)
                        .toList(),
                walked.last().size());
    }

    Space space() {
        return space;
    }

    List<Buffer> buffers() {
        return buffers;
    }

    List<Step> steps() {
        List<Step> all = new ArrayList<>(loads);
        all.addAll(steps);
        return all;
    }

    BoundLaunch bind(Cluster cluster, Launch launch) {
        return new BoundLaunch(LaunchNames.of(cluster), launch, places, cluster);
    }

    static boolean isFrom(Tensor tensor, Node node) {
        return Views.origin(tensor).node() == node;
    }

    /** Gives a tensor a name that the kernel knows. */
    void define(Tensor tensor, String name) {
        names.add(name);
        values.put(tensor, new Expression.Name(name));
    }

    int readBuffer(Tensor tensor) {
        return buffer(scheduled.place(tensor), tensor.type(), Buffer.Use.READ);
    }

    int writeBuffer(Tensor tensor) {
        return buffer(scheduled.place(tensor), tensor.type(), Buffer.Use.WRITE);
    }

    int updateBuffer(String state, Type type) {
        return buffer(new Place.State(state, type), type, Buffer.Use.UPDATE);
    }

    /** A buffer number of its own, even where the memory has one already: for kernels with fixed numbers. */
    void appendRead(Tensor tensor) {
        places.add(scheduled.place(tensor));
        buffers.add(new Buffer(tensor.type().dtype(), tensor.shape().elements(), Buffer.Use.READ));
    }

    /** See {@link #appendRead}. */
    void appendWrite(Tensor tensor) {
        places.add(scheduled.place(tensor));
        buffers.add(new Buffer(tensor.type().dtype(), tensor.shape().elements(), Buffer.Use.WRITE));
    }

    void duplicate(int buffer) {
        places.add(places.get(buffer));
        buffers.add(buffers.get(buffer));
    }

    private int buffer(Place place, Type type, Buffer.Use use) {
        int known = places.indexOf(place);
        if (known < 0) {
            places.add(place);
            buffers.add(new Buffer(type.dtype(), type.shape().elements(), use));
            return places.size() - 1;
        }
        Buffer buffer = buffers.get(known);
        if (buffer.use() != use) {
            buffers.set(known, new Buffer(buffer.dtype(), buffer.elements(), Buffer.Use.UPDATE));
        }
        return known;
    }

    /** The value of a tensor at the current place: computed here, a constant, or loaded. */
    Expression expression(Tensor tensor) {
        return expression(tensor, tensor.shape());
    }

    private Expression expression(Tensor tensor, Shape shape) {
        Expression known = values.get(Views.origin(tensor));
        if (known != null) {
            return known;
        }
        if (Views.origin(tensor).node().op() instanceof Constant constant
                && !scheduled.memory().slots().containsKey(Views.origin(tensor))) {
            return new Expression.Literal(constant.value());
        }
        String name = fresh(LaunchNames.ofValue(Views.root(tensor)));
        loads.add(new Step.Load(name, access(readBuffer(tensor), shape)));
        Expression value = new Expression.Name(name);
        values.put(Views.origin(tensor), value);
        return value;
    }

    /** Dense row-major, aligned with the walked shape at the innermost dimension; missing and size-1 dimensions repeat. */
    private Access access(int buffer, Shape shape) {
        long[] strides = shape.strides();
        List<Long> rowStrides = new ArrayList<>();
        for (int axis = 0; axis < walked.rank() - 1; axis++) {
            int own = axis - walked.rank() + shape.rank();
            rowStrides.add(own < 0 || shape.size(own) == 1 ? 0L : strides[own]);
        }
        long columnStride = shape.rank() == 0 || shape.last().size() == 1 ? 0 : 1;
        return new Access(buffer, 0, rowStrides, columnStride);
    }

    String fresh(String wanted) {
        String name = wanted;
        for (int i = 2; !names.add(name); i++) {
            name = wanted + i;
        }
        return name;
    }

    void store(Tensor tensor) {
        store(expression(tensor), writeBuffer(tensor), tensor.shape(), false);
    }

    private void store(Expression value, int buffer, Shape shape, boolean accumulate) {
        String name = value instanceof Expression.Name(String known) ? known : map("constant", value);
        // a state's shape may have lost leading size-1 dimensions; its rows are the walked ones all the same
        steps.add(new Step.Store(name, access(buffer, shape), accumulate));
    }

    private String map(String wanted, Expression expression) {
        String name = fresh(wanted);
        steps.add(new Step.Map(name, expression));
        return name;
    }

    private String reduce(String wanted, Step.Reduction reduction, Expression expression) {
        String name = fresh(wanted);
        steps.add(new Step.Reduce(name, reduction, expression));
        return name;
    }

    /** Appends the steps of one node that maps or reduces rows. */
    void compute(Node node) {
        List<Tensor> in = node.inputs();
        switch (node.op()) {
            case Pointwise pointwise -> {
                Map<String, Expression> inputs = new HashMap<>();
                for (int i = 0; i < in.size(); i++) {
                    inputs.put(pointwise.formula().names().get(i), expression(in.get(i)));
                }
                Expression value = pointwise.formula().expression().substitute(inputs);
                define(node.output(0), map(LaunchNames.ofValue(node.output(0)), value));
            }
            case Cast cast -> define(node.output(0), map("cast", expression(in.getFirst())));
            case Broadcast broadcast -> define(node.output(0), map("broadcast", expression(in.getFirst())));
            case Constant constant -> define(node.output(0), map("constant", new Expression.Literal(constant.value())));
            case Sum sum -> define(node.output(0), reduce("sum", Step.Reduction.SUM, expression(in.getFirst())));
            case WriteState write -> {
                Type type = in.getFirst().type();
                int buffer = buffer(new Place.State(write.state(), type), type, Buffer.Use.WRITE);
                store(expression(in.getFirst()), buffer, in.getFirst().shape(), false);
            }
            case AccumulateState accumulate -> {
                Type type = in.getFirst().type();
                store(
                        expression(in.getFirst()),
                        updateBuffer(accumulate.state(), type),
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

    private Expression formula(String formula, Map<String, Expression> inputs) {
        return RowFormulas.parse(formula).substitute(inputs);
    }

    private void rmsNorm(RmsNorm norm, Node node) {
        Expression x = expression(node.inputs().get(0));
        Expression weight = expression(node.inputs().get(1));
        String squares = reduce("squares", Step.Reduction.SUM, formula("x * x", Map.of("x", x)));
        String r = map(
                "r",
                formula(
                        "rsqrt(squares * " + 1.0 / walked.last().size() + " + " + norm.epsilon() + ")",
                        Map.of("squares", new Expression.Name(squares))));
        define(node.output(1), r);
        String y = map(
                "normalised", formula("x * r * weight", Map.of("x", x, "r", new Expression.Name(r), "weight", weight)));
        define(node.output(0), y);
    }

    private void layerNorm(LayerNorm norm, Node node) {
        Expression x = expression(node.inputs().get(0));
        Expression weight = expression(node.inputs().get(1));
        Expression bias = expression(node.inputs().get(2));
        String width = " * " + 1.0 / walked.last().size();
        String sum = reduce("sum", Step.Reduction.SUM, x);
        String mean = map("mean", formula("sum" + width, Map.of("sum", new Expression.Name(sum))));
        Map<String, Expression> centred = Map.of("x", x, "mean", new Expression.Name(mean));
        String squares = reduce("squares", Step.Reduction.SUM, formula("(x - mean) * (x - mean)", centred));
        String r = map(
                "r",
                formula(
                        "rsqrt(squares" + width + " + " + norm.epsilon() + ")",
                        Map.of("squares", new Expression.Name(squares))));
        define(node.output(1), mean);
        define(node.output(2), r);
        Map<String, Expression> all = new HashMap<>(centred);
        all.putAll(Map.of("r", new Expression.Name(r), "weight", weight, "bias", bias));
        define(node.output(0), map("normalised", formula("(x - mean) * r * weight + bias", all)));
    }

    private void softmax(Node node) {
        Map<String, Expression> known =
                new HashMap<>(Map.of("x", expression(node.inputs().get(0))));
        known.put("most", new Expression.Name(reduce("most", Step.Reduction.MAX, known.get("x"))));
        known.put("sum", new Expression.Name(reduce("sum", Step.Reduction.SUM, formula("exp(x - most)", known))));
        define(node.output(0), map("softmax", formula("exp(x - most) / sum", known)));
    }

    private void crossEntropy(Node node) {
        Map<String, Expression> known = new HashMap<>(Map.of(
                "x",
                expression(node.inputs().get(0)),
                "target",
                targets(node),
                Step.COLUMN,
                new Expression.Name(Step.COLUMN)));
        known.put("most", new Expression.Name(reduce("most", Step.Reduction.MAX, known.get("x"))));
        known.put("sum", new Expression.Name(reduce("sum", Step.Reduction.SUM, formula("exp(x - most)", known))));
        known.put(
                "picked",
                new Expression.Name(
                        reduce("picked", Step.Reduction.SUM, formula("select(column == target, x, 0)", known))));
        known.put("lse", new Expression.Name(map("log_sum_exp", formula("most + log(sum)", known))));
        define(node.output(1), ((Expression.Name) known.get("lse")).name());
        define(node.output(0), map("loss", formula("select(target >= 0, lse - picked, 0)", known)));
    }

    private void crossEntropyBackward(Node node) {
        Map<String, Expression> known = Map.of(
                "x",
                expression(node.inputs().get(0)),
                "target",
                targets(node),
                "lse",
                expression(node.inputs().get(2)),
                "g",
                expression(node.inputs().get(3)),
                Step.COLUMN,
                new Expression.Name(Step.COLUMN));
        String formula = "select(target >= 0, (exp(x - lse) - select(column == target, 1, 0)) * g, 0)";
        define(node.output(0), map("d_logits", formula(formula, known)));
    }

    /** A target a row: its shape lacks the innermost dimension. */
    private Expression targets(Node node) {
        Tensor targets = node.inputs().get(1);
        return expression(targets, targets.shape().append(new Dim("one", 1)));
    }
}
