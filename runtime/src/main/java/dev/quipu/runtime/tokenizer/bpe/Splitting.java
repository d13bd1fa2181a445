package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.runtime.tokenizer.bpe.SplitBehavior.Span;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One step that cuts a text into pieces. */
sealed interface Splitting {
    /** Gives the parts of a piece to a sink. */
    void split(char[] text, int begin, int end, Place place, WordSink sink);

    /** Cuts into the words of a pattern that matches any text from end to end. */
    record Words(WordPattern pattern) implements Splitting {
        @Override
        public void split(char[] text, int begin, int end, Place place, WordSink sink) {
            int at = begin;
            while (at < end) {
                int next = pattern.wordEnd(text, at, end);
                sink.take(text, at, next, place.of(at == begin));
                at = next;
            }
        }
    }

    /** Cuts at the matches of any other pattern; {@code inverted} exchanges matches and what stands between them. */
    record Matches(Pattern pattern, SplitBehavior behavior, boolean inverted) implements Splitting {
        @Override
        public void split(char[] text, int begin, int end, Place place, WordSink sink) {
            List<Span> spans = new ArrayList<>();
            Matcher matcher = pattern.matcher(CharBuffer.wrap(text, begin, end - begin));
            int at = begin;
            while (matcher.find()) {
                add(spans, at, begin + matcher.start(), inverted);
                at = begin + matcher.end();
                add(spans, begin + matcher.start(), at, !inverted);
            }
            add(spans, at, end, inverted);
            give(behavior.pieces(spans), text, begin, place, sink);
        }
    }

    /** The classes of characters that some steps cut at. */
    enum Kind {
        DIGIT,
        PUNCTUATION;

        boolean has(int codePoint) {
            return switch (this) {
                case DIGIT -> CharacterClass.of(codePoint) == CharacterClass.NUMBER;
                case PUNCTUATION -> isPunctuation(codePoint);
            };
        }

        private static boolean isPunctuation(int codePoint) {
            return switch (Character.getType(codePoint)) {
                case Character.CONNECTOR_PUNCTUATION,
                        Character.DASH_PUNCTUATION,
                        Character.START_PUNCTUATION,
                        Character.END_PUNCTUATION,
                        Character.INITIAL_QUOTE_PUNCTUATION,
                        Character.FINAL_QUOTE_PUNCTUATION,
                        Character.OTHER_PUNCTUATION -> true;
                // the signs of ASCII that Unicode calls symbols
                default -> codePoint < 0x80 && "$+<=>^`|~".indexOf(codePoint) >= 0;
            };
        }
    }

    /** Cuts at characters of a class. */
    record Characters(Kind kind, SplitBehavior behavior) implements Splitting {
        @Override
        public void split(char[] text, int begin, int end, Place place, WordSink sink) {
            List<Span> spans = new ArrayList<>();
            int between = begin;
            int at = begin;
            while (at < end) {
                int length = CharacterClass.length(text, at, end);
                if (kind.has(Character.codePointAt(text, at, end))) {
                    add(spans, between, at, false);
                    add(spans, at, at + length, true);
                    between = at + length;
                }
                at += length;
            }
            add(spans, between, end, false);
            give(behavior.pieces(spans), text, begin, place, sink);
        }
    }

    /** Puts a space before pieces that begin without one, as {@code add_prefix_space} of the byte-level step asks for. */
    record PrefixSpace() implements Splitting {
        @Override
        public void split(char[] text, int begin, int end, Place place, WordSink sink) {
            if (text[begin] == ' ' || place == Place.CONTINUATION) {
                sink.take(text, begin, end, place);
                return;
            }
            char[] prefixed = new char[end - begin + 1];
            prefixed[0] = ' ';
            System.arraycopy(text, begin, prefixed, 1, end - begin);
            sink.take(prefixed, 0, prefixed.length, place);
        }
    }

    /** Which pieces get SentencePiece's mark at their beginning. */
    enum Prefixed {
        ALWAYS,
        FIRST,
        NEVER
    }

    /** Writes spaces as a mark, SentencePiece's way; {@code words} cuts before each mark. */
    record Metaspace(char mark, Prefixed prefixed, boolean words) implements Splitting {
        @Override
        public void split(char[] text, int begin, int end, Place place, WordSink sink) {
            boolean prefix = text[begin] != ' '
                    && text[begin] != mark
                    && switch (prefixed) {
                        case ALWAYS -> place != Place.CONTINUATION;
                        case FIRST -> place == Place.BEGINNING;
                        case NEVER -> false;
                    };
            int shift = prefix ? 1 : 0;
            char[] marked = new char[end - begin + shift];
            marked[0] = mark;
            for (int i = begin; i < end; i++) {
                marked[i - begin + shift] = text[i] == ' ' ? mark : text[i];
            }
            int from = 0;
            for (int at = 1; words && at < marked.length; at++) {
                if (marked[at] == mark) {
                    sink.take(marked, from, at, place.of(from == 0));
                    from = at;
                }
            }
            sink.take(marked, from, marked.length, place.of(from == 0));
        }
    }

    /**
     * Cuts before each run of SentencePiece's marks. No format asks for it: where no token has a mark behind another
     * character no merge crosses these cuts, so the tokens stay the same and words can be remembered.
     */
    record MarkedWords(char mark) implements Splitting {
        @Override
        public void split(char[] text, int begin, int end, Place place, WordSink sink) {
            int from = begin;
            for (int at = begin + 1; at < end; at++) {
                if (text[at] == mark && text[at - 1] != mark) {
                    sink.take(text, from, at, place.of(from == begin));
                    from = at;
                }
            }
            sink.take(text, from, end, place.of(from == begin));
        }
    }

    private static void add(List<Span> spans, int begin, int end, boolean match) {
        if (begin < end) {
            spans.add(new Span(begin, end, match));
        }
    }

    private static void give(List<Span> pieces, char[] text, int begin, Place place, WordSink sink) {
        for (Span piece : pieces) {
            sink.take(text, piece.begin(), piece.end(), place.of(piece.begin() == begin));
        }
    }
}
