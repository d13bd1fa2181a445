package dev.quipu.runtime.op;

import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.DType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * What single precision does to an example's outcome where its terms cancel: the distance between the exact outcome and those of
 * runs in which the reference's value of every node is off by up to two units in the last place.
 */
final class RoundingNoise {
    /** Two units in the last place: an op sums inside, and rounds more than its result. */
    private static final double ERROR = Math.scalb(1.0, -22);

    private static final int RUNS = 4;

    private RoundingNoise() {}

    /** Root mean square of the noise of each result and state, by name. */
    static Map<String, Double> of(Example example, Example.Outcome exact) {
        Map<String, Double> squares = new HashMap<>();
        for (int run = 0; run < RUNS; run++) {
            Example.Outcome rounded = rounded(example, new Random(run));
            exact.results()
                    .forEach((name, array) ->
                            squares.merge(name, square(array, rounded.results().get(name)), Double::sum));
            exact.state()
                    .forEach((name, array) ->
                            squares.merge(name, square(array, rounded.state().get(name)), Double::sum));
        }
        squares.replaceAll((name, sum) -> Math.sqrt(sum / RUNS));
        return squares;
    }

    private static double square(Array exact, Array rounded) {
        double sum = 0;
        for (int i = 0; i < exact.size(); i++) {
            double difference = exact.get(i) - rounded.get(i);
            sum += Double.isFinite(difference) ? difference * difference : 0;
        }
        return sum / exact.size();
    }

    private static Example.Outcome rounded(Example example, Random random) {
        Map<String, Array> state = copies(example.state());
        Map<String, Array> results = new Reference(state)
                .trace(example.graph(), copies(example.inputs()), (node, output, value) -> {
                    if (value.type().dtype() == DType.F32) {
                        double[] values = value.values();
                        for (int i = 0; i < values.length; i++) {
                            values[i] *= 1 + ERROR * (2 * random.nextDouble() - 1);
                        }
                    }
                });
        return new Example.Outcome(results, state);
    }

    private static Map<String, Array> copies(Map<String, Array> arrays) {
        Map<String, Array> copies = new LinkedHashMap<>();
        arrays.forEach((name, array) -> copies.put(name, array.copy()));
        return copies;
    }
}
