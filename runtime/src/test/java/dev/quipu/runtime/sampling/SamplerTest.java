package dev.quipu.runtime.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {
    private static final int VOCABULARY = 9;
    private static final int DRAWS = 5_000;

    private static float[] randomLogits(SplittableRandom random) {
        float[] logits = new float[VOCABULARY];
        for (int token = 0; token < VOCABULARY; token++) {
            // Multiples of a half, so that there are ties and both zeros.
            logits[token] = random.nextInt(-4, 5) / 2f * (random.nextBoolean() ? 1 : -1);
        }
        return logits;
    }

    /** The distribution step by step, each with a fresh softmax, as Hugging Face's processors do it. */
    private static double[] naive(SamplingOptions options, float[] logits, Set<Integer> seen) {
        double[] scores = new double[VOCABULARY];
        for (int token = 0; token < VOCABULARY; token++) {
            double penalty = seen.contains(token) ? options.repetitionPenalty() : 1;
            double logit = logits[token] < 0 ? logits[token] * penalty : logits[token] / penalty;
            scores[token] = logit / options.temperature();
        }
        if (options.topK() > 0 && options.topK() < VOCABULARY) {
            double kth = IntStream.range(0, VOCABULARY)
                    .mapToObj(token -> -scores[token])
                    .sorted()
                    .toList()
                    .get(options.topK() - 1);
            keep(scores, token -> scores[token] >= -kth);
        }
        if (options.topP() < 1) {
            double[] p = softmax(scores);
            keep(scores, token -> likelierMass(p, token) < options.topP() - 1e-12);
        }
        double[] p = softmax(scores);
        double best = Arrays.stream(p).max().getAsDouble();
        keep(scores, token -> p[token] >= options.minP() * best);
        return softmax(scores);
    }

    private static double likelierMass(double[] p, int token) {
        double mass = 0;
        for (int other = 0; other < p.length; other++) {
            if (p[other] > p[token] || (p[other] == p[token] && other < token)) {
                mass += p[other];
            }
        }
        return mass;
    }

    private static void keep(double[] scores, IntPredicate kept) {
        boolean[] keep = new boolean[scores.length];
        IntStream.range(0, scores.length).forEach(token -> keep[token] = kept.test(token));
        for (int token = 0; token < scores.length; token++) {
            scores[token] = keep[token] ? scores[token] : Double.NEGATIVE_INFINITY;
        }
    }

    private static double[] softmax(double[] scores) {
        double[] p = Arrays.stream(scores).map(Math::exp).toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        1,   0, 1,    0,    1
        0.7, 0, 1,    0,    1
        2,   3, 1,    0,    1
        1,   1, 1,    0,    1
        1, 100, 1,    0,    1
        1,   0, 0.6,  0,    1
        1,   0, 1e-9, 0,    1
        1,   0, 1,    0.3,  1
        1,   0, 1,    1,    1
        1,   0, 1,    0,    1.8
        1,   0, 1,    0,    0.6
        1.3, 6, 0.85, 0.05, 1.3
        """)
    void drawsFromTheDistributionOfTheNaiveSteps(
            double temperature, int topK, double topP, double minP, double penalty) {
        SamplingOptions options = new SamplingOptions(temperature, topK, topP, minP, penalty);
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 4; round++) {
            float[] logits = randomLogits(random);
            double[] expected = naive(options, logits, Set.of(2, 5));
            // A fresh sampler for each draw: the token drawn would be penalized in the next.
            double[] found = new double[VOCABULARY];
            for (int draw = 0; draw < DRAWS; draw++) {
                Sampler sampler = Sampler.of(options, VOCABULARY, random.nextLong());
                sampler.observe(2, 5);
                found[sampler.sample(logits)] += 1.0 / DRAWS;
            }
            for (int token = 0; token < VOCABULARY; token++) {
                assertEquals(expected[token] == 0, found[token] == 0, "token " + token + " is drawn or not");
                assertEquals(expected[token], found[token], 5 * Math.sqrt(0.25 / DRAWS), "token " + token);
            }
        }
    }

    @Test
    void greedyTakesTheFirstOfTheLargestAfterThePenalty() {
        assertEquals(1, Sampler.of(SamplingOptions.greedy(), 4, 0).sample(new float[] {1, 3, 3, 2}));
        Sampler penalized = Sampler.of(new SamplingOptions(0, 0, 1, 0, 2), 4, 0);
        List<Integer> tokens = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tokens.add(penalized.sample(new float[] {1.2f, 3, 2, -1}));
        }
        assertEquals(List.of(1, 2, 1, 1), tokens);
    }

    @Test
    void leavesOutIdsBeyondItsVocabulary() {
        assertEquals(0, Sampler.of(SamplingOptions.greedy(), 2, 0).sample(new float[] {1, 0, 9}));
    }

    @Test
    void theSeedDecides() {
        assertEquals(draws(1), draws(1));
        assertNotEquals(draws(1), draws(2));
        // The algorithm is part of the contract, so these stay.
        assertEquals(List.of(1, 0, 0, 1, 5, 6, 3, 4, 5, 0), draws(7).subList(0, 10));
    }

    private static List<Integer> draws(long seed) {
        Sampler sampler = Sampler.of(SamplingOptions.temperature(1), VOCABULARY, seed);
        float[] logits = randomLogits(new SplittableRandom(1));
        return IntStream.generate(() -> sampler.sample(logits))
                .limit(50)
                .boxed()
                .toList();
    }

    @Test
    void readsLogitsFromNativeMemory() {
        try (Arena arena = Arena.ofConfined()) {
            var logits = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 9, 9, 0, 1, 0);
            assertEquals(1, Sampler.of(SamplingOptions.greedy(), 3, 0).sample(logits, 2 * Float.BYTES));
        }
    }

    @Test
    void refusesLogitsThatAreNotFinite() {
        Sampler sampler = Sampler.of(SamplingOptions.greedy(), 2, 0);
        assertThrows(QuipuException.class, () -> sampler.sample(new float[] {1, Float.NaN}));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        -1,  0,  1,   0,  1
        NaN, 0,  1,   0,  1
        1,  -1,  1,   0,  1
        1,   0,  0,   0,  1
        1,   0,  1.1, 0,  1
        1,   0,  1,  -1,  1
        1,   0,  1, 1.1,  1
        1,   0,  1,   0,  0
        1,   0,  1,   0, NaN
        """)
    void refusesOptionsOutOfRange(double temperature, int topK, double topP, double minP, double penalty) {
        assertThrows(QuipuException.class, () -> new SamplingOptions(temperature, topK, topP, minP, penalty));
    }

    @Test
    void everyKeptTokenIsReachedWithTies() {
        Set<Integer> drawn = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            drawn.add(Sampler.of(new SamplingOptions(1, 1, 1, 0, 1), 4, seed).sample(new float[] {1, 2, 2, 0}));
        }
        assertEquals(Set.of(1, 2), drawn);
    }
}
