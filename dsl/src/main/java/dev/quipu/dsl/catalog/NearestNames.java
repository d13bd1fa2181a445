package dev.quipu.dsl.catalog;

import dev.quipu.dsl.QuipuException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The names that somebody who mistyped one may have meant. */
public final class NearestNames {
    private static final int MOST = 3;

    private NearestNames() {}

    /** At most three names, nearest first, of those that a third of their letters, or two, turn into the wanted one. */
    public static List<String> of(String wanted, Collection<String> known) {
        int limit = Math.max(2, wanted.length() / 3);
        LevenshteinDistance distance = new LevenshteinDistance(limit);
        record Candidate(String name, int distance) {}
        return known.stream()
                .map(name -> new Candidate(name, distance.apply(wanted, name)))
                .filter(candidate -> candidate.distance() >= 0) // -1 says beyond the limit
                .sorted(Comparator.comparingInt(Candidate::distance))
                .limit(MOST)
                .map(Candidate::name)
                .toList();
    }

    /** The mistake of a name that is not known: with the nearest, or with all when none is near. */
    public static QuipuException unknown(String expected, String wanted, Collection<String> known) {
        List<String> nearest = of(wanted, known);
        String remedy = nearest.isEmpty()
                ? "known are " + String.join(", ", known)
                : "did you mean " + String.join(" or ", nearest) + "?";
        return new QuipuException("expected " + expected + ", found '" + wanted + "'; " + remedy);
    }
}
