package dev.quipu.runtime.training;

import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.SeparateDocuments;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.data.BatchBuffers;
import dev.quipu.runtime.device.State;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Finds where numbers stopped being finite: first among weights and moments, then among all tensors of a forward and
 * backward pass, which the reference interpreter repeats one sequence at a time. What a 32-bit float cannot hold counts as not
 * finite, although the interpreter's double precision can.
 */
final class NonFiniteSearch {
    private final Model model;
    private final State state;

    NonFiniteSearch(Model model, State state) {
        this.model = model;
        this.state = state;
    }

    /** Ends a trace at the first finding. */
    private static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Found(String what) {
            super(what, null, false, false);
        }
    }

    /**
     * The line that ends a run.
     *
     * @param what was noticed
     * @param passes looks on, where the state is finite
     */
    QuipuException refusal(long step, String what, Supplier<Optional<String>> passes) {
        String first = inState().or(passes).orElse("none in double precision, so a sum overflowed in single precision");
        return QuipuException.of(
                "finite numbers",
                what + "; the first tensor that is not finite: " + first,
                "step " + step,
                "the last checkpoint stays; try a lower --lr or a longer --warmup");
    }

    /** The first parameter or moment that is not finite, in words. */
    Optional<String> inState() {
        return Trace.parameters(model).keySet().stream()
                .flatMap(name -> Stream.of(name, AdamW.firstMoment(name), AdamW.secondMoment(name)))
                .filter(state::contains)
                .flatMap(name -> in(state.read(name), name).stream())
                .findFirst();
    }

    private static Optional<String> in(Buffer buffer, String name) {
        for (long i = 0; i < buffer.length(); i++) {
            if (!Float.isFinite(buffer.getFloat(i))) {
                return Optional.of("state " + name + " is " + buffer.getFloat(i) + " at element " + i);
            }
        }
        return Optional.empty();
    }

    /**
     * The first tensor of passes over the sequences of a batch, one by one, that is not finite.
     *
     * @param scale one over the number of targets of the whole step
     */
    Optional<String> inBatch(BatchBuffers batch, int sequence, float scale) {
        Map<String, int[]> all = new LinkedHashMap<>();
        all.put(Traced.TOKENS, batch.tokens().toInts());
        all.put(Traced.TARGETS, batch.targets().toInts());
        batch.starts().ifPresent(starts -> all.put(Traced.STARTS, starts.toInts()));
        for (int from = 0; from < batch.tokens().length(); from += sequence) {
            Map<String, int[]> row = new LinkedHashMap<>(all);
            int begin = from;
            row.replaceAll((name, values) -> Arrays.copyOfRange(values, begin, begin + sequence));
            Optional<String> found = inPass(row, sequence, scale);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /**
     * The first tensor of a pass over one sequence that is not finite, with its op, layer and line.
     */
    private Optional<String> inPass(Map<String, int[]> row, int sequence, float scale) {
        Traced traced = Traced.loss(model, 1, sequence);
        if (row.containsKey(Traced.STARTS)) {
            traced = new Traced(SeparateDocuments.of(traced.graph()), traced.parameters());
        }
        Differentiated joint = Differentiate.of(traced);
        Map<String, Array> values = new HashMap<>();
        Trace.parameters(model).forEach((name, parameter) -> {
            Type type = new Type(DType.F32, parameter.shape());
            values.put(name, Array.of(type, state.read(name).toFloats()));
            values.put(Differentiated.gradientOf(name), Array.zeros(type));
        });
        Type ids = Type.i32(Dim.batch(1), Dim.sequence(sequence));
        Map<String, Array> inputs = new HashMap<>();
        row.forEach((name, numbers) -> inputs.put(name, Array.of(ids, place -> numbers[place])));
        inputs.put(Traced.SCALE, Array.of(new Type(DType.F32, Shape.scalar()), place -> scale));
        return trace(joint.graph(), new Reference(values), inputs);
    }

    private static Optional<String> trace(Graph graph, Reference reference, Map<String, Array> inputs) {
        try {
            reference.trace(graph, inputs, NonFiniteSearch::check);
            return Optional.empty();
        } catch (Found found) {
            return Optional.of(found.getMessage());
        }
    }

    private static void check(Node node, int output, Array value) {
        for (int place = 0; place < value.size(); place++) {
            if (!(Math.abs(value.get(place)) <= Float.MAX_VALUE)) {
                String number = Double.isFinite(value.get(place))
                        ? "%.3g, more than a float holds,".formatted(value.get(place))
                        : Double.toString(value.get(place));
                throw new Found("output %d of %s (%s pass) is %s at element %d %s"
                        .formatted(
                                output,
                                node.op().mnemonic(),
                                node.site().pass().name().toLowerCase(Locale.ROOT),
                                number,
                                place,
                                node.site()));
            }
        }
    }
}
