package dev.quipu.runtime.tokenizer.merging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merging is merging by its definition: the pair of lowest rank first, of several the leftmost. */
class MergingTest {
    private static final int ALPHABET = 3;

    private record Pair(int left, int right, int rank, int symbol) {}

    /**
     * Merges in random order: later ones may have lower ranks than those they build on, and several may make one symbol, as
     * "ab" + "c" and "a" + "bc" do.
     *
     * @param shared whether merges share ranks, as SentencePiece's of one score do; else each has its own, as Hugging Face's
     */
    private static List<Pair> merges(SplittableRandom random, boolean shared) {
        List<Pair> merges = new ArrayList<>();
        List<Integer> ranks = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ranks.add(random.nextInt(ranks.size() + 1), i);
        }
        int symbols = ALPHABET;
        for (int i = 0; i < 12; i++) {
            int symbol = symbols > ALPHABET && random.nextInt(3) == 0 ? random.nextInt(ALPHABET, symbols) : symbols;
            int left = random.nextInt(symbols);
            int right = random.nextInt(symbols);
            if (merges.stream().noneMatch(other -> other.left() == left && other.right() == right)) {
                merges.add(new Pair(left, right, ranks.get(i) / (shared ? 4 : 1), symbol));
                symbols = Math.max(symbols, symbol + 1);
            }
        }
        return merges;
    }

    private static MergeRules rules(List<Pair> merges) {
        MergeRules rules = new MergeRules();
        merges.forEach(pair -> rules.put(pair.left(), pair.right(), pair.rank(), pair.symbol()));
        return rules;
    }

    private static int[] defined(List<Pair> merges, int[] word) {
        List<Integer> symbols = new ArrayList<>(Arrays.stream(word).boxed().toList());
        while (true) {
            // what is possible, by rank: the leftmost only
            TreeMap<Integer, Runnable> possible = new TreeMap<>();
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int at = i;
                merges.stream()
                        .filter(pair -> symbols.get(at) == pair.left() && symbols.get(at + 1) == pair.right())
                        .forEach(pair -> possible.putIfAbsent(pair.rank(), () -> {
                            symbols.set(at, pair.symbol());
                            symbols.remove(/* index */ at + 1);
                        }));
            }
            if (possible.isEmpty()) {
                return symbols.stream().mapToInt(Integer::intValue).toArray();
            }
            possible.firstEntry().getValue().run();
        }
    }

    private static int[] merge(PairMerger merger, int[] word) {
        int[] symbols = word.clone();
        merger.merge(symbols, symbols.length);
        List<Integer> merged = new ArrayList<>();
        for (int at = 0; at < word.length; at = merger.next(at)) {
            merged.add(symbols[at]);
        }
        return merged.stream().mapToInt(Integer::intValue).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 20, 48, 150})
    void mergesAsDefined(int length) {
        SplittableRandom random = new SplittableRandom(length);
        for (int round = 0; round < 400; round++) {
            List<Pair> merges = merges(random, round % 2 == 0);
            MergeRules rules = rules(merges);
            PairMerger merger = new PairMerger(rules, PairMerger.Listener.NONE);
            for (int again = 0; again < 2; again++) {
                int[] word = random.ints(length, 0, ALPHABET).toArray();
                int[] defined = defined(merges, word);
                assertArrayEquals(defined, merge(merger, word), merges.toString());
                int[] symbols = random.ints(length + 2, 0, ALPHABET).toArray();
                System.arraycopy(word, 0, symbols, 1, length);
                int[] before = symbols.clone();
                int left = new ShortMerger(rules, length).merge(symbols, 1, length);
                assertArrayEquals(defined, Arrays.copyOfRange(symbols, 1, 1 + left), merges.toString());
                assertEquals(before[0], symbols[0]);
                assertEquals(before[length + 1], symbols[length + 1]);
            }
        }
    }

    /** A word falls apart between symbols that never meet, and in random words that happens. */
    @Test
    void partsAreMergedAsTheWhole() {
        SplittableRandom random = new SplittableRandom(3);
        int cuts = 0;
        for (int round = 0; round < 4_000; round++) {
            List<Pair> merges = merges(random, round % 2 == 0);
            Neighbours neighbours = new Neighbours(rules(merges));
            int[] word = random.ints(20, 0, ALPHABET + 1).toArray();
            List<Integer> parts = new ArrayList<>();
            int from = 0;
            for (int at = 1; at <= word.length; at++) {
                if (at == word.length || !neighbours.mayMeet(word[at - 1], word[at])) {
                    Arrays.stream(defined(merges, Arrays.copyOfRange(word, from, at)))
                            .forEach(parts::add);
                    from = at;
                    cuts++;
                }
            }
            assertEquals(
                    Arrays.stream(defined(merges, word)).boxed().toList(), parts, merges + " " + Arrays.toString(word));
        }
        assertTrue(cuts > 6_000, cuts + " cuts");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aMillionSymbolsTakeNoQuadraticTime(int alphabet) {
        List<Pair> merges = List.of(
                new Pair(0, 0, 0, 3),
                new Pair(3, 3, 1, 4),
                new Pair(4, 4, 2, 5),
                new Pair(0, 1, 3, 6),
                new Pair(6, 2, 4, 7));
        PairMerger merger = new PairMerger(rules(merges), PairMerger.Listener.NONE);
        int[] word = new SplittableRandom(1).ints(1 << 20, 0, alphabet).toArray();
        assertTimeout(Duration.ofSeconds(10), () -> merger.merge(word, word.length));
    }
}
