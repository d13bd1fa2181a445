package dev.quipu.compiler.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The graph against AdamW as a plain loop over numbers. */
class AdamWTest {
    private static final AdamW ADAM = new AdamW(0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final List<String> TRAINED = List.of("matrix", "vector");

    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Array> state = new HashMap<>();
    private Graph graph;

    @BeforeEach
    void declare() {
        parameters.put("matrix", Parameter.ones(new Dim("row", 3), new Dim("channel", 4)));
        parameters.put("vector", Parameter.ones(new Dim("channel", 5)));
        parameters.put("frozen", Parameter.ones(new Dim("channel", 2)).frozen());
        graph = Simplify.of(ADAM.update(parameters, TRAINED));
        for (String name : TRAINED) {
            Type type = new Type(DType.F32, parameters.get(name).shape());
            state.put(name, Array.of(type, i -> Math.cos(i)));
            state.put(AdamW.firstMoment(name), Array.zeros(type));
            state.put(AdamW.secondMoment(name), Array.zeros(type));
            state.put(Differentiated.gradientOf(name), Array.zeros(type));
        }
    }

    private double step(int t, double rate) {
        Type one = Type.f32(new Dim("one", 1));
        return new Reference(state)
                .run(
                        graph,
                        Map.of(
                                AdamW.LEARNING_RATE, Array.of(one, rate),
                                AdamW.CORRECTION_1, Array.of(one, 1 - Math.pow(0.9, t)),
                                AdamW.CORRECTION_2, Array.of(one, 1 - Math.pow(0.95, t))))
                .get(AdamW.NORM)
                .get(0);
    }

    private void gradients(double scale, Random random) {
        for (String name : TRAINED) {
            Type type = new Type(DType.F32, parameters.get(name).shape());
            state.put(Differentiated.gradientOf(name), Array.of(type, i -> scale * random.nextGaussian()));
        }
    }

    /** Weights and moments of one parameter. */
    private static final class Plain {
        final double[] w;
        final double[] m;
        final double[] v;
        final double decay;
        final double factorOnRate;

        Plain(double[] w, double decay, double factorOnRate) {
            this.w = w;
            this.m = new double[w.length];
            this.v = new double[w.length];
            this.decay = decay;
            this.factorOnRate = factorOnRate;
        }

        void step(double[] gradient, double factor, int t, double rate) {
            for (int i = 0; i < w.length; i++) {
                double g = gradient[i] * factor;
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.95 * v[i] + 0.05 * g * g;
                double unbiased = m[i] / (1 - Math.pow(0.9, t));
                double deviation = Math.sqrt(v[i] / (1 - Math.pow(0.95, t)));
                w[i] -= rate * factorOnRate * (unbiased / (deviation + 1e-8) + decay * w[i]);
            }
        }
    }

    /** Decay and factor on the learning rate, first of the matrix, then of the vector. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ''                                   | 0.1, 1    | 0, 1
        matrix:decay=0.3                     | 0.3, 1    | 0, 1
        vector:decay=0.2,lr=0.5              | 0.1, 1    | 0.2, 0.5
        m*:lr=2 *:decay=0.0                  | 0.1, 2    | 0, 1
        vector:lr=3 *:lr=0.25,decay=0.5      | 0.5, 0.25 | 0, 3
        """)
    void tenStepsAreThoseOfAPlainLoop(String groups, String matrix, String vector) {
        AdamW grouped = new AdamW(
                0.9,
                0.95,
                1e-8,
                0.1,
                1.0,
                groups.isEmpty()
                        ? List.of()
                        : Arrays.stream(groups.split(" "))
                                .map(ParameterGroup::parse)
                                .toList());
        graph = Simplify.of(grouped.update(parameters, TRAINED));
        Map<String, double[]> settings = Map.of("matrix", numbers(matrix), "vector", numbers(vector));
        Random random = new Random(4);
        Map<String, Plain> plain = new HashMap<>();
        for (String name : TRAINED) {
            double[] weights = state.get(name).values().clone();
            plain.put(name, new Plain(weights, settings.get(name)[0], settings.get(name)[1]));
        }
        for (int t = 1; t <= 10; t++) {
            gradients(t % 2 == 0 ? 3 : 0.05, random);
            double squares = TRAINED.stream()
                    .flatMapToDouble(name -> Arrays.stream(gradient(name)))
                    .map(g -> g * g)
                    .sum();
            double norm = Math.sqrt(squares);
            double rate = 0.01 / t;
            for (String name : TRAINED) {
                plain.get(name).step(gradient(name), Math.min(1, 1 / (norm + 1e-6)), t, rate);
            }
            assertEquals(norm, step(t, rate), 1e-12 * norm);
            for (String name : TRAINED) {
                assertArrayEquals(plain.get(name).w, state.get(name).values(), 1e-12, name);
                assertArrayEquals(
                        plain.get(name).m, state.get(AdamW.firstMoment(name)).values(), 1e-12);
                assertArrayEquals(
                        plain.get(name).v, state.get(AdamW.secondMoment(name)).values(), 1e-12);
                assertTrue(Arrays.stream(gradient(name)).allMatch(g -> g == 0), "gradients are cleared");
            }
        }
    }

    private double[] gradient(String name) {
        return state.get(Differentiated.gradientOf(name)).values();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e200})
    void aNormThatIsNotFiniteKeepsWeightsAndMoments(double bad) {
        gradients(0.1, new Random(2));
        step(1, 0.01);
        Map<String, Array> before = new HashMap<>(state);
        gradients(0.1, new Random(3));
        state.get(Differentiated.gradientOf("vector")).values()[3] = bad;

        assertTrue(!Double.isFinite(step(2, 0.01)));
        before.forEach((name, array) -> assertTrue(array.sameBits(state.get(name)), name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1,0.95,1e-8,0.1,1",
                "0.9,-0.1,1e-8,0.1,1",
                "0.9,0.95,0,0.1,1",
                "0.9,0.95,1e-8,-1,1",
                "0.9,0.95,1e-8,0.1,0"
            })
    void settingsOutsideTheirRangeAreRefused(String settings) {
        double[] s = numbers(settings);
        assertThrows(QuipuException.class, () -> new AdamW(s[0], s[1], s[2], s[3], s[4]));
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(",")).mapToDouble(Double::parseDouble).toArray();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        matrix               | parameter group: expected NAMES:lr=FACTOR,decay=DECAY, found matrix
        matrix:              | parameter group matrix: expected lr=FACTOR and decay=DECAY, at most once each, found ''
        matrix:beta=1        | parameter group matrix: expected lr=FACTOR and decay=DECAY, at most once each, found 'beta=1'
        matrix:lr=1,lr=2     | parameter group matrix: expected lr=FACTOR and decay=DECAY, at most once each, found 'lr=2'
        matrix:lr=fast       | parameter group matrix: expected a number, found 'fast'
        matrix:lr=0          | parameter group matrix: expected a factor lr above 0, found '0.0'; frozen
        matrix:decay=-1      | parameter group matrix: expected a decay of 0 or more, found '-1.0'
        matrix:decay=NaN     | parameter group matrix: expected a decay of 0 or more, found 'NaN'
        :lr=1                | pattern: expected a name, in which * stands for any characters, found nothing
        frozen:lr=2          | expected trained parameters for a group, found 'frozen'; known are matrix, vector
        matirx:lr=2          | expected trained parameters for a group, found 'matirx'; did you mean matrix?
        *:lr=2 matrix:lr=1   | parameter group matrix: expected parameters that are in no group before it, found none
        """)
    void groupsThatSayNothingClearAreRefused(String groups, String message) {
        QuipuException refusal = assertThrows(QuipuException.class, () -> {
            List<ParameterGroup> parsed =
                    Arrays.stream(groups.split(" ")).map(ParameterGroup::parse).toList();
            new AdamW(0.9, 0.95, 1e-8, 0.1, 1.0, parsed).update(parameters, TRAINED);
        });
        assertTrue(refusal.getMessage().startsWith(message), refusal.getMessage());
    }

    @Test
    void groupsAreWrittenAsTheyAreRead() {
        for (String text : List.of("*.norm.weight:lr=0.5,decay=0.0", "a:b:lr=1.0E-4", "*:lr=1.0,decay=0.25")) {
            assertEquals(text, ParameterGroup.parse(text).toString());
        }
    }

    @Test
    void nothingToTrainIsRefused() {
        assertThrows(QuipuException.class, () -> ADAM.update(parameters, List.of()));
    }
}
