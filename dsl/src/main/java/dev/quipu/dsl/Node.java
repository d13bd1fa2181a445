package dev.quipu.dsl;

import dev.quipu.dsl.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One application of an op. Nodes have identity: two nodes with equal fields are still two nodes until a pass merges
 * them. They are made in program order, which a {@link Graph} keeps.
 */
public final class Node {
    private static final AtomicLong CREATED = new AtomicLong();

    private final long order = CREATED.getAndIncrement();
    private final Op op;
    private final List<Tensor> inputs;
    private final List<Type> types;
    private final Site site;
    private final List<Tensor> outputs;

    Node(Op op, List<Tensor> inputs, List<Type> types, Site site) {
        this.op = op;
        this.inputs = List.copyOf(inputs);
        this.types = List.copyOf(types);
        this.site = site;
        this.outputs = tensors();
    }

    /** Made once: passes look tensors up in tables all the time, and the same object is found at once. */
    private List<Tensor> tensors() {
        if (types.size() == 1) {
            return List.of(new Tensor(this, 0));
        }
        List<Tensor> tensors = new ArrayList<>(types.size());
        for (int i = 0; i < types.size(); i++) {
            tensors.add(new Tensor(this, i));
        }
        return List.copyOf(tensors);
    }

    /** Applies an op at a known place; the op's shape rule gives the types. */
    public static Node of(Op op, List<Tensor> inputs, Site site) {
        List<Type> types = new ArrayList<>(inputs.size());
        for (Tensor input : inputs) {
            types.add(input.type());
        }
        return new Node(op, inputs, op.types(types), site);
    }

    /** The same op at the same place on other inputs. The shape rule is asked where their types are others. */
    public Node on(List<Tensor> others) {
        for (int i = 0; i < inputs.size(); i++) {
            if (!others.get(i).type().equals(inputs.get(i).type())) {
                return of(op, others, site);
            }
        }
        return new Node(op, others, types, site);
    }

    public Op op() {
        return op;
    }

    public List<Tensor> inputs() {
        return inputs;
    }

    /** Types of the outputs; empty for a node that only has an effect on state. */
    public List<Type> types() {
        return types;
    }

    public Site site() {
        return site;
    }

    /** One for each type. */
    public List<Tensor> outputs() {
        return outputs;
    }

    public Tensor output(int index) {
        return outputs.get(index);
    }

    /** Position in the order of creation, for sorting. */
    long order() {
        return order;
    }

    /** Nodes are in the sets and maps of all passes, and the JVM's own number is slow to get until the JIT has seen it. */
    @Override
    public int hashCode() {
        return (int) order;
    }

    @Override
    public String toString() {
        return op.mnemonic() + inputs.stream().map(Tensor::type).toList() + " " + site;
    }
}
