package dev.quipu.runtime.generation;

import java.util.List;

/** Finds the first of some texts in a text that comes in pieces, and holds back only what may yet become one of them. */
final class StopTexts {
    private final List<String> stops;
    private String held = "";
    private boolean found;

    StopTexts(List<String> stops) {
        this.stops = stops;
    }

    /** The text before a stop that a piece makes certain. Behind a stop there is none. */
    String next(String piece) {
        if (found) {
            return "";
        }
        String text = held + piece;
        int stop = firstStop(text);
        found = stop >= 0;
        int certain = found ? stop : text.length() - longestBeginning(text);
        held = found ? "" : text.substring(certain);
        return text.substring(0, certain);
    }

    /** Where the stop begins that is complete first, whatever pieces the text comes in; -1 for none. */
    private int firstStop(String text) {
        int begin = -1;
        int end = Integer.MAX_VALUE;
        for (String stop : stops) {
            int place = text.indexOf(stop);
            int complete = place + stop.length();
            if (place >= 0 && (complete < end || (complete == end && place < begin))) {
                begin = place;
                end = complete;
            }
        }
        return begin;
    }

    /** The length of the longest end of a text that some stop begins with. */
    private int longestBeginning(String text) {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, text.length()); length > longest; length--) {
                if (stop.startsWith(text.substring(text.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    boolean isFound() {
        return found;
    }

    /** What is held when no piece follows. */
    String finish() {
        String rest = held;
        held = "";
        return rest;
    }
}
