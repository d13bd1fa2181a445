package dev.quipu.codegen.launch;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.op.Constant;
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
    /** By place, not by tensor: two views of a tensor may show it as a row and as a column. */
    private final Map<Access, Expression> loaded = new HashMap<>();

    private final Set<String> names = new HashSet<>(Set.of(Step.COLUMN, MatrixProduct.PRODUCT));

    StepBuilder(Scheduled scheduled, Shape walked) {
        this.scheduled = scheduled;
        this.walked = walked;
        this.space = Space.of(walked);
    }

    Shape walked() {
        return walked;
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
        return new BoundLaunch(launch, places, cluster);
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
        buffers.add(new Buffer(tensor.type().dtype(), tensor.type().storedElements(), Buffer.Use.READ));
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

    int buffer(Place place, Type type, Buffer.Use use) {
        if (place instanceof Place.Part && use != Buffer.Use.READ) {
            throw new AssertionError("computed into a part: " + place);
        }
        int known = places.indexOf(place);
        if (known < 0) {
            places.add(place);
            buffers.add(new Buffer(type.dtype(), type.storedElements(), use));
            return places.size() - 1;
        }
        Buffer buffer = buffers.get(known);
        if (buffer.use() != use) {
            buffers.set(known, new Buffer(buffer.dtype(), buffer.elements(), Buffer.Use.UPDATE));
        }
        return known;
    }

    /**
     * The value of a tensor at the current place: computed here, a constant, or loaded. It is called by its role in what reads
     * it, not after what made it, so that layers with different neighbours have equal launches.
     */
    Expression expression(String role, Tensor tensor) {
        return expression(role, tensor, tensor.shape());
    }

    /** As {@link #expression(String, Tensor)}, with the tensor seen under another shape. */
    Expression expression(String role, Tensor tensor, Shape shape) {
        Expression known = values.get(Views.origin(tensor));
        if (known != null) {
            return known;
        }
        if (Views.origin(tensor).node().op() instanceof Constant constant
                && !scheduled.memory().slots().containsKey(Views.origin(tensor))) {
            return new Expression.Literal(constant.value());
        }
        Access access = access(readBuffer(tensor), shape);
        return loaded.computeIfAbsent(access, place -> {
            String name = fresh(role);
            loads.add(new Step.Load(name, place));
            return new Expression.Name(name);
        });
    }

    /**
     * Dense row-major, aligned with the walked shape at the innermost dimension; missing and size-1 dimensions repeat. A tensor
     * with as many rows has the walked ones, whatever its dimensions are.
     */
    private Access access(int buffer, Shape tensor) {
        boolean allRows = tensor.rank() > 0 && tensor.rows() == walked.rows();
        Shape shape = allRows ? walked.with(-1, tensor.last()) : tensor;
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
        store(expression("y", tensor), writeBuffer(tensor), tensor.shape(), false);
    }

    void store(Expression value, int buffer, Shape shape, boolean accumulate) {
        String name = value instanceof Expression.Name(String known) ? known : map("constant", value);
        // a state's shape may have lost leading size-1 dimensions; its rows are the walked ones all the same
        steps.add(new Step.Store(name, access(buffer, shape), accumulate));
    }

    String map(String wanted, Expression expression) {
        String name = fresh(wanted);
        steps.add(new Step.Map(name, expression));
        return name;
    }

    String reduce(String wanted, Step.Reduction reduction, Expression expression) {
        String name = fresh(wanted);
        steps.add(new Step.Reduce(name, reduction, expression));
        return name;
    }
}
