package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.runtime.files.Printable;
import dev.quipu.runtime.tokenizer.merging.MergeRules;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads "merges" of a model: pairs in their order, as {@code "a b"} or as {@code ["a", "b"]}. */
final class MergeReader {
    private final JsonPart part;
    private final Map<String, Integer> vocabulary;
    private final char mark;
    private boolean marksInside;

    /** A reader that notices whether a token has a mark behind another character. */
    MergeReader(JsonPart part, Map<String, Integer> vocabulary, char mark) {
        this.part = part;
        this.vocabulary = vocabulary;
        this.mark = mark;
    }

    MergeRules read() {
        if (!part.node().isArray()) {
            throw part.refused("an array");
        }
        JsonNode merges = part.node();
        MergeRules rules = new MergeRules();
        for (int rank = 0; rank < merges.size(); rank++) {
            JsonNode merge = merges.get(rank);
            String left;
            String right;
            if (merge.isString()) {
                String text = merge.stringValue();
                int space = text.indexOf(' ');
                if (space < 0 || text.indexOf(' ', space + 1) >= 0) {
                    throw part.at(rank).refused("two pieces with a space between them");
                }
                left = text.substring(0, space);
                right = text.substring(space + 1);
            } else {
                if (merge.size() != 2
                        || !merge.path(0).isString()
                        || !merge.path(1).isString()) {
                    throw part.at(rank).refused("two pieces");
                }
                left = merge.get(0).stringValue();
                right = merge.get(1).stringValue();
            }
            rules.put(id(rank, left), id(rank, right), rank, id(rank, left + right));
            marksInside |= !left.isEmpty()
                    && left.charAt(left.length() - 1) != mark
                    && !right.isEmpty()
                    && right.charAt(0) == mark;
        }
        return rules;
    }

    private int id(int rank, String piece) {
        Integer id = vocabulary.get(piece);
        if (id == null) {
            throw part.at(rank).refused("pieces of the vocabulary, unlike \"" + Printable.of(piece) + "\",");
        }
        return id;
    }

    /** Whether a merge read puts a mark behind another character. */
    boolean marksInside() {
        return marksInside;
    }
}
