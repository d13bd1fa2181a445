package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.MatrixProduct;
import java.util.ArrayList;
import java.util.List;

/**
 * Products of a few vectors with many: tokens with a weight. The many are read once, from where they lie: a group takes some
 * of them, several work-items, its lanes, share the depth of one, and each multiplies what it reads with all of the few. The
 * lanes' sums are added as a tree in local memory.
 */
final class ThinProduct {
    /** Vectors of the thin operand: each needs a register. */
    static final int MOST_VECTORS = 8;

    private static final int ITEMS = 256;

    /** Groups that keep a large GPU busy; with fewer, more lanes share a vector. */
    private static final int GROUPS = 128;

    /** Fewer lanes read too few neighbours at a time. */
    private static final int LANES_ALONG_DEPTH = 32;

    /** As many as the thin operand has vectors, so that there is a work-item for each element. */
    private static final int FEWEST_LANES = MOST_VECTORS;

    /** With more lanes too few vectors of a group would be neighbours. */
    private static final int MOST_LANES_ACROSS = 32;

    private static final int FEWEST_STEPS_OF_LANE = 8;

    private final MatrixProduct product;
    private final ProductOperand thin;
    private final ProductOperand wide;
    private final boolean thinRows;
    private final int lanes;
    private final int vectors;

    private ThinProduct(MatrixProduct product) {
        this.product = product;
        this.thinRows = product.rows() <= product.columns();
        ProductOperand left = ProductOperand.left(product);
        ProductOperand right = ProductOperand.right(product);
        this.thin = thinRows ? left : right;
        this.wide = thinRows ? right : left;
        this.lanes = lanes(product.batch(), wide);
        this.vectors = ITEMS / lanes;
    }

    static boolean suits(MatrixProduct product) {
        return Math.min(product.rows(), product.columns()) <= MOST_VECTORS;
    }

    /** A power of two. */
    private static int lanes(int batch, ProductOperand wide) {
        int most = wide.contiguous() ? ITEMS : MOST_LANES_ACROSS;
        int lanes = wide.contiguous() && wide.depth() >= LANES_ALONG_DEPTH ? LANES_ALONG_DEPTH : FEWEST_LANES;
        while (lanes < most
                && lanes * 2 * FEWEST_STEPS_OF_LANE <= wide.depth()
                && (long) batch * Math.ceilDiv(wide.vectors(), ITEMS / lanes) < GROUPS) {
            lanes *= 2;
        }
        return lanes;
    }

    static GpuKernel lower(String name, MatrixProduct product, Memories memories) {
        return new ThinProduct(product).kernel(name, memories);
    }

    private GpuKernel kernel(String name, Memories memories) {
        int chunks = Math.ceilDiv(wide.vectors(), vectors);
        Emitter emitter = memories.emitter();
        Value item = emitter.let("item", new Value.WorkItem(Value.Numbering.ITEM));
        Value group = emitter.let("group", new Value.WorkItem(Value.Numbering.GROUP));
        Coordinates coordinates = new Coordinates(emitter, group);
        Value first = times(coordinates.next("chunk", chunks), vectors);
        Value batch = coordinates.last("batch", product.batch());
        // neighbouring work-items read neighbours in memory
        Value lane = emitter.let(
                "lane", wide.contiguous() ? GpuForms.remainder(item, lanes) : GpuForms.divide(item, vectors));
        Value own = wide.contiguous() ? GpuForms.divide(item, lanes) : GpuForms.remainder(item, vectors);
        Value vector = emitter.let("vector", existing(plus(first, own)));
        List<Value.Variable> sums = sums(emitter, memories, batch, vector, lane);
        Value.Variable shared = new Value.Variable(emitter.fresh("sums"), KernelType.ARRAY);
        emitter.add(new Statement.Allocate(shared, Statement.Sharing.GROUP, thin.vectors() * ITEMS));
        for (int i = 0; i < sums.size(); i++) {
            emitter.add(new Statement.Store(shared, plus(item, (long) i * ITEMS), sums.get(i)));
        }
        addLanes(emitter, shared, item, lane);
        elements(emitter, memories, batch, first, item, shared);
        return new GpuKernel(
                name,
                List.of(),
                memories.all(),
                Math.multiplyExact(product.batch(), chunks),
                ITEMS,
                emitter.statements());
    }

    private boolean isRagged() {
        return wide.vectors() % vectors != 0;
    }

    /** Vectors behind the last are copies of it, which nobody uses. */
    private Value existing(Value vector) {
        return isRagged() ? new Value.Binary(BinaryOperator.MIN, vector, integer(wide.vectors() - 1)) : vector;
    }

    /** A lane's sums, one for each vector of the thin operand. */
    private List<Value.Variable> sums(Emitter emitter, Memories memories, Value batch, Value vector, Value lane) {
        List<Value.Variable> sums = new ArrayList<>();
        for (int i = 0; i < thin.vectors(); i++) {
            sums.add(emitter.let("sum" + i, Emitter.number(0, 1)));
        }
        emitter.loop("step", lane, integer(product.depth()), lanes, (body, step) -> {
            Value element = body.let("element", memories.load(wide.buffer(), wide.place(batch, vector, step)));
            for (int i = 0; i < sums.size(); i++) {
                Value other = memories.load(thin.buffer(), thin.place(batch, integer(i), step));
                body.add(new Statement.Assign(sums.get(i), plus(sums.get(i), times(element, other))));
            }
        });
        return sums;
    }

    /** Adds halves of the lanes until the first has the sum. */
    private void addLanes(Emitter emitter, Value.Variable shared, Value item, Value lane) {
        int apart = wide.contiguous() ? 1 : vectors;
        for (int half = lanes / 2; half >= 1; half /= 2) {
            int distance = half * apart;
            emitter.add(new Statement.Barrier());
            emitter.when(new Value.Compare(Comparison.LESS, lane, integer(half)), body -> {
                if (thin.vectors() == 1) {
                    addTo(body, shared, item, distance);
                } else {
                    body.loop(
                            "at",
                            item,
                            integer((long) thin.vectors() * ITEMS),
                            ITEMS,
                            (loop, at) -> addTo(loop, shared, at, distance));
                }
            });
        }
        emitter.add(new Statement.Barrier());
    }

    private static void addTo(Emitter body, Value.Variable shared, Value at, int distance) {
        Value own = new Value.Load(KernelType.FLOAT, shared, at);
        Value other = new Value.Load(KernelType.FLOAT, shared, plus(at, distance));
        body.add(new Statement.Store(shared, at, plus(own, other)));
    }

    /** The first work-items take an element each. */
    private void elements(
            Emitter emitter, Memories memories, Value batch, Value first, Value item, Value.Variable shared) {
        Value inside = new Value.Compare(Comparison.LESS, item, integer((long) thin.vectors() * vectors));
        emitter.when(inside, body -> {
            Value own = body.let("own", GpuForms.remainder(item, vectors));
            Value few = thin.vectors() == 1 ? integer(0) : body.let("few", GpuForms.divide(item, vectors));
            Value many = body.let("many", plus(first, own));
            Value place = plus(times(few, ITEMS), wide.contiguous() ? times(own, lanes) : own);
            Value sum = new Value.Load(KernelType.FLOAT, shared, place);
            if (isRagged()) {
                Value exists = new Value.Compare(Comparison.LESS, many, integer(wide.vectors()));
                body.when(exists, rest -> element(rest, memories, batch, few, many, sum));
            } else {
                element(body, memories, batch, few, many, sum);
            }
        });
    }

    private void element(Emitter emitter, Memories memories, Value batch, Value few, Value many, Value sum) {
        Value row = plus(times(batch, product.rows()), thinRows ? few : many);
        ProductEnd.epilogue(product, memories)
                .row(emitter, integer(0), row)
                .element(emitter, thinRows ? many : few, sum);
    }
}
