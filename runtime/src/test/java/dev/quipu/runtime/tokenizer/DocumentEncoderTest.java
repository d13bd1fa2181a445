package dev.quipu.runtime.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentEncoderTest {
    /** A token for each run of one character; at the beginning of a text one more, 0. */
    private record Runs() implements Tokenizer {
        @Override
        public String name() {
            return "runs";
        }

        @Override
        public int vocabularySize() {
            return 1 << 16;
        }

        @Override
        public int[] encode(String text) {
            int[] ids = encodeContinuation(text);
            int[] more = new int[ids.length + 1];
            System.arraycopy(ids, 0, more, 1, ids.length);
            return more;
        }

        @Override
        public int[] encodeContinuation(String text) {
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < text.length(); i++) {
                if (i == 0 || text.charAt(i) != text.charAt(i - 1)) {
                    ids.add((int) text.charAt(i));
                }
            }
            return ids.stream().mapToInt(id -> id).toArray();
        }

        @Override
        public boolean canCut(CharSequence text, int at) {
            return at == 0 || at == text.length() || text.charAt(at) != text.charAt(at - 1);
        }

        @Override
        public String piece(int token) {
            return Character.toString(token);
        }

        @Override
        public StreamingDecoder streamingDecoder() {
            throw new AssertionError("not decoded here");
        }

        @Override
        public OptionalInt beginOfText() {
            return OptionalInt.empty();
        }

        @Override
        public OptionalInt endOfText() {
            return OptionalInt.empty();
        }

        @Override
        public void save(Path folder) throws IOException {
            throw new AssertionError("not saved here");
        }
    }

    private static String text(int length, int longestRun) {
        SplittableRandom random = new SplittableRandom(length);
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(String.valueOf((char) ('a' + random.nextInt(20))).repeat(1 + random.nextInt(longestRun)));
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 300_000})
    void idsAreThoseOfTheWhole(int longestRun) {
        Tokenizer tokenizer = new Runs();
        for (int length : new int[] {1, 65_535, 65_537, 1_000_000}) {
            String text = text(length, longestRun);
            assertArrayEquals(tokenizer.encode(text), DocumentEncoder.encode(tokenizer, text));
        }
    }

    @Test
    void nothingIsNothing() {
        assertArrayEquals(new int[0], DocumentEncoder.encode(new ByteTokenizer(), ""));
    }

    @Test
    void piecesOfTwoTextsAreTwoTexts() {
        Tokenizer tokenizer = new Runs();
        DocumentEncoder encoder = new DocumentEncoder(tokenizer);
        SplittableRandom random = new SplittableRandom(1);
        for (String text : List.of(text(500_000, 9), text(200_000, 100_000))) {
            List<int[]> ids = new ArrayList<>();
            int from = 0;
            while (from < text.length()) {
                int to = Math.min(text.length(), from + random.nextInt(90_000));
                ids.addAll(encoder.add(text.substring(from, to)));
                from = to;
            }
            ids.addAll(encoder.end());
            int[] all = ids.stream().flatMapToInt(Arrays::stream).toArray();
            assertArrayEquals(tokenizer.encode(text), all);
            assertEquals(0, all[0]);
        }
    }
}
