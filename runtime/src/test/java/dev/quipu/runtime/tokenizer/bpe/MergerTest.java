package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Short and long words are held to the definition: the pair of lowest rank first, of several the leftmost. */
class MergerTest {
    private record Pair(int left, int right, int token) {}

    /**
     * Merges of an alphabet of three, in random order: later ones may have lower ranks than those they build on, and several
     * may make one token, as "ab" + "c" and "a" + "bc" do.
     */
    private static List<Pair> merges(SplittableRandom random) {
        List<Pair> merges = new ArrayList<>();
        int tokens = 3;
        for (int i = 0; i < 12; i++) {
            int token = tokens > 3 && random.nextInt(3) == 0 ? random.nextInt(3, tokens) : tokens;
            Pair pair = new Pair(random.nextInt(tokens), random.nextInt(tokens), token);
            if (merges.stream().noneMatch(other -> other.left() == pair.left() && other.right() == pair.right())) {
                merges.add(random.nextInt(merges.size() + 1), pair);
                tokens = Math.max(tokens, token + 1);
            }
        }
        return merges;
    }

    private static MergeTable table(List<Pair> merges) {
        MergeTable table = new MergeTable(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            Pair pair = merges.get(rank);
            table.put(pair.left(), pair.right(), rank, pair.token());
        }
        return table;
    }

    private static int[] defined(List<Pair> merges, int[] word) {
        List<Integer> symbols = new ArrayList<>();
        for (int symbol : word) {
            symbols.add(symbol);
        }
        boolean merged = true;
        while (merged) {
            merged = false;
            for (int rank = 0; rank < merges.size() && !merged; rank++) {
                Pair pair = merges.get(rank);
                for (int i = 0; i + 1 < symbols.size() && !merged; i++) {
                    if (symbols.get(i) == pair.left() && symbols.get(i + 1) == pair.right()) {
                        symbols.set(i, pair.token());
                        symbols.remove(/* index */ i + 1);
                        merged = true;
                    }
                }
            }
        }
        return symbols.stream().mapToInt(Integer::intValue).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 20, 48, 49, 60, 150})
    void mergesAsDefined(int length) {
        SplittableRandom random = new SplittableRandom(length);
        for (int round = 0; round < 200; round++) {
            List<Pair> merges = merges(random);
            int[] word = random.ints(length, 0, 3).toArray();
            int[] symbols = word.clone();
            int left = new Merger(table(merges)).merge(symbols, length);
            assertArrayEquals(defined(merges, word), Arrays.copyOf(symbols, left), merges.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aMillionSymbolsTakeNoQuadraticTime(int alphabet) {
        SplittableRandom random = new SplittableRandom(1);
        List<Pair> merges = new ArrayList<>(List.of(new Pair(0, 0, 3), new Pair(3, 3, 4), new Pair(4, 4, 5)));
        merges.addAll(List.of(new Pair(0, 1, 6), new Pair(6, 2, 7)));
        int[] word = random.ints(1 << 20, 0, alphabet).toArray();
        assertTimeout(Duration.ofSeconds(10), () -> new Merger(table(merges)).merge(word, word.length));
    }
}
