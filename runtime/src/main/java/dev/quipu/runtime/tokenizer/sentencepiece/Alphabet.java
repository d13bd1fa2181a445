package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The characters that get pieces of their own.
 *
 * @param characters code points, the most frequent first, equally frequent ones by their number
 */
record Alphabet(List<Integer> characters) {
    private static final int CODE_POINTS = Character.MAX_CODE_POINT + 1;

    Alphabet {
        characters = List.copyOf(characters);
    }

    /**
     * The most frequent characters of a text, until they make up a share of it.
     *
     * @param coverage the share; compared in single precision, as SentencePiece does: of a very long text its rarest characters
     *     have no piece even at 1
     */
    static Alphabet of(WordCounts words, float coverage) {
        long[] counts = new long[CODE_POINTS];
        for (int word = 0; word < words.size(); word++) {
            long count = words.count(word);
            words.text(word).codePoints().forEach(character -> counts[character] += count);
        }
        counts[0] = 0;
        List<Integer> frequent = IntStream.range(0, CODE_POINTS)
                .filter(character -> counts[character] > 0)
                .boxed()
                .sorted(Comparator.comparingLong((Integer character) -> counts[character])
                        .reversed())
                .toList();
        long all = frequent.stream().mapToLong(character -> counts[character]).sum();
        long covered = 0;
        int taken = 0;
        while (taken < frequent.size() && (float) ((double) covered / all) < coverage) {
            covered += counts[frequent.get(taken)];
            taken++;
        }
        return new Alphabet(frequent.subList(0, taken).stream()
                .filter(character -> character != TrainingSentences.BOUNDARY)
                .toList());
    }
}
