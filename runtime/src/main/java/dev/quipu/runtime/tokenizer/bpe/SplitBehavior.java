package dev.quipu.runtime.tokenizer.bpe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What becomes of the matches of a split pattern and of what stands between them. */
enum SplitBehavior {
    REMOVED("Removed"),
    ISOLATED("Isolated"),
    MERGED_WITH_PREVIOUS("MergedWithPrevious"),
    MERGED_WITH_NEXT("MergedWithNext"),
    CONTIGUOUS("Contiguous");

    private final String label;

    SplitBehavior(String label) {
        this.label = label;
    }

    /** The name that {@code tokenizer.json} uses. */
    String label() {
        return label;
    }

    /** A part of a text that a pattern matches, or the text between two matches. */
    record Span(int begin, int end, boolean match) {
        private Span to(int other) {
            return new Span(begin, other, match);
        }

        private Span from(int other) {
            return new Span(other, end, match);
        }
    }

    /** The pieces that spans, which cover a text in their order, become. */
    List<Span> pieces(List<Span> spans) {
        return switch (this) {
            case ISOLATED -> spans;
            case REMOVED -> spans.stream().filter(span -> !span.match()).toList();
            case CONTIGUOUS -> contiguous(spans);
            case MERGED_WITH_PREVIOUS -> mergedWithPrevious(spans);
            case MERGED_WITH_NEXT -> mergedWithNext(spans);
        };
    }

    private static List<Span> contiguous(List<Span> spans) {
        List<Span> pieces = new ArrayList<>();
        for (Span span : spans) {
            if (!pieces.isEmpty() && pieces.getLast().match() == span.match()) {
                pieces.set(pieces.size() - 1, pieces.getLast().to(span.end()));
            } else {
                pieces.add(span);
            }
        }
        return pieces;
    }

    private static List<Span> mergedWithPrevious(List<Span> spans) {
        List<Span> pieces = new ArrayList<>();
        boolean afterMatch = false;
        for (Span span : spans) {
            if (span.match() && !afterMatch && !pieces.isEmpty()) {
                pieces.set(pieces.size() - 1, pieces.getLast().to(span.end()));
            } else {
                pieces.add(span);
            }
            afterMatch = span.match();
        }
        return pieces;
    }

    private static List<Span> mergedWithNext(List<Span> spans) {
        List<Span> pieces = new ArrayList<>();
        boolean beforeMatch = false;
        for (Span span : spans.reversed()) {
            if (span.match() && !beforeMatch && !pieces.isEmpty()) {
                pieces.set(pieces.size() - 1, pieces.getLast().from(span.begin()));
            } else {
                pieces.add(span);
            }
            beforeMatch = span.match();
        }
        Collections.reverse(pieces);
        return pieces;
    }
}
