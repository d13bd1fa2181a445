package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.quipu.runtime.tokenizer.merging.MergeRules;
import dev.quipu.runtime.tokenizer.merging.Neighbours;
import dev.quipu.runtime.tokenizer.merging.ShortMerger;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words of any length, in parts short and long and side by side, are merged as one that is looked through. */
class MergerTest {
    /** Nothing is merged with a 2 or a 3 behind it; words of 0 and 1 alone hardly fall apart. */
    private static MergeRules rules() {
        MergeRules rules = new MergeRules();
        int[][] merges = {{0, 1, 4}, {4, 0, 5}, {1, 0, 6}, {0, 6, 5}, {2, 0, 7}, {1, 1, 8}, {8, 0, 9}, {3, 5, 10}};
        for (int rank = 0; rank < merges.length; rank++) {
            rules.put(merges[rank][0], merges[rank][1], rank, merges[rank][2]);
        }
        return rules;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void mergesAsTheWhole(int alphabet) {
        SplittableRandom random = new SplittableRandom(alphabet);
        MergeRules rules = rules();
        Merger merger = new Merger(rules, new Neighbours(rules));
        for (int round = 0; round < 3_000; round++) {
            int length = random.nextInt(300);
            int[] word = random.ints(length, 0, alphabet).toArray();
            int[] whole = word.clone();
            int left = new ShortMerger(rules, length).merge(whole, 0, length);
            assertArrayEquals(Arrays.copyOf(whole, left), Arrays.copyOf(word, merger.merge(word, length)));
        }
    }
}
