package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Byte-pair encoding's training as its definition says: all pairs are counted again before every merge. */
final class NaiveMerging {
    private final List<List<String>> words = new ArrayList<>();
    private final int longestPiece;
    private final Map<Pair, Integer> numbers = new LinkedHashMap<>();
    private final Set<Pair> closed = new HashSet<>();
    private final Set<String> pieces = new HashSet<>();

    private record Pair(String left, String right) {
        String text() {
            return left + right;
        }
    }

    NaiveMerging(String text, int longestPiece) {
        this.longestPiece = longestPiece;
        for (String word : text.strip().split("\\s+", -1)) {
            words.add(new ArrayList<>(Arrays.asList(("\u2581" + word).split("", 0))));
        }
    }

    /** The pieces of all merges that there are. */
    List<String> merge() {
        List<String> merged = new ArrayList<>();
        for (Optional<Pair> best = best(); best.isPresent(); best = best()) {
            Pair pair = best.get();
            closed.add(pair);
            if (pieces.add(pair.text())) {
                merged.add(pair.text());
                words.forEach(word -> merge(word, pair));
            }
        }
        return merged;
    }

    private Optional<Pair> best() {
        Map<Pair, Integer> counts = new LinkedHashMap<>();
        for (List<String> word : words) {
            for (int i = 1; i < word.size(); i++) {
                Pair pair = new Pair(word.get(i - 1), word.get(i));
                if (pair.text().length() <= longestPiece && !closed.contains(pair)) {
                    numbers.putIfAbsent(pair, numbers.size());
                    counts.merge(pair, 1, Integer::sum);
                }
            }
        }
        return counts.keySet().stream()
                .min(Comparator.comparingInt((Pair pair) -> -counts.get(pair))
                        .thenComparingInt(pair -> pair.text().length())
                        .thenComparing(Pair::text)
                        .thenComparingInt(numbers::get));
    }

    private static void merge(List<String> word, Pair pair) {
        for (int i = 0; i + 1 < word.size(); i++) {
            if (word.get(i).equals(pair.left) && word.get(i + 1).equals(pair.right)) {
                word.set(i, pair.text());
                word.remove(i + 1);
            }
        }
    }
}
