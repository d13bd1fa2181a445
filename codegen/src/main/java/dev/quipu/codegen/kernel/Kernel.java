package dev.quipu.codegen.kernel;

import java.util.List;

/**
 * A kernel in the kernel language: phases one after the other, each a number of parts that may run in any order and at the
 * same time. What a part computes never depends on the workers.
 *
 * @param comment lines for the reader: graph nodes, instances, lines of the model's source
 * @param buffers the launch's buffers, SEGMENT variables in the order of their numbers
 * @param scratch memory for intermediate values
 * @param products products that a library computes: {@link Statement.Call} of {@code name.multiply}
 * @param methods helpers, called by the phases and by each other
 */
public record Kernel(
        String name,
        List<String> comment,
        List<Value.Variable> buffers,
        List<Scratch> scratch,
        List<Product> products,
        List<Phase> phases,
        List<Method> methods) {
    /** The INT variable that holds a part's number, in a phase's body. */
    public static final Value.Variable PART = new Value.Variable("part", KernelType.INT);

    /** Parts that run with nothing before them left to do. */
    public record Phase(String name, int parts, List<Statement> body) {
        public Phase {
            body = List.copyOf(body);
            if (parts < 1) {
                throw new AssertionError("phase " + name + " has no parts");
            }
        }
    }

    /**
     * Memory that holds nothing between launches.
     *
     * @param variable a SEGMENT or an ARRAY
     * @param elements floats
     * @param shared one for all workers, written by one phase and read by the next, a SEGMENT; else one for each worker
     */
    public record Scratch(Value.Variable variable, long elements, boolean shared) {}

    /** A product of one shape, of bf16 factors. JVM only. */
    public record Product(String name, ProductShape shape) {}

    /** A kernel that computes everything itself. */
    public Kernel(
            String name,
            List<String> comment,
            List<Value.Variable> buffers,
            List<Scratch> scratch,
            List<Phase> phases,
            List<Method> methods) {
        this(name, comment, buffers, scratch, List.of(), phases, methods);
    }

    public Kernel {
        comment = List.copyOf(comment);
        buffers = List.copyOf(buffers);
        scratch = List.copyOf(scratch);
        products = List.copyOf(products);
        phases = List.copyOf(phases);
        methods = List.copyOf(methods);
    }

    /** The same kernel under another name and comment. */
    public Kernel named(String newName, List<String> newComment) {
        return new Kernel(newName, newComment, buffers, scratch, products, phases, methods);
    }
}
