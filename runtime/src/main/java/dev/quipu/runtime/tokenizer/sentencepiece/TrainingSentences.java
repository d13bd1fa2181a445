package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.runtime.data.DocumentSink;
import java.util.regex.Pattern;

/**
 * Cuts texts into lines, normalizes these and counts their words. Lines are what SentencePiece calls sentences: it leaves out
 * too long ones and those with the character that it keeps for itself.
 */
final class TrainingSentences implements DocumentSink {
    /** Stands for a space. */
    static final char SPACE = '\u2581';

    /** Stands for a character without a piece in SentencePiece's trainer, which leaves out lines that contain it. */
    private static final char RESERVED = '\u2585';

    /** A character that is in no piece, so that what lies around it stays apart. */
    static final char BOUNDARY = '\t';

    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final Pattern SPECIAL = Pattern.compile("<unk>|<s>|</s>");
    private static final Pattern SPECIAL_OR_BYTE = Pattern.compile(SPECIAL.pattern() + "|<0x[0-9A-F]{2}>");

    private final BpeTrainerOptions options;
    private final BpeTrainerListener listener;
    private final Pattern special;
    private final WordCounts words = new WordCounts();
    private final StringBuilder begun = new StringBuilder();
    private char[] buffer = new char[0];
    private long bytes;
    private long tooLong;
    private long reserved;

    TrainingSentences(BpeTrainerOptions options, BpeTrainerListener listener) {
        this.options = options;
        this.listener = listener;
        this.special = options.byteFallback() ? SPECIAL_OR_BYTE : SPECIAL;
    }

    @Override
    public void byteOrderMark() {
        begun.append(BYTE_ORDER_MARK);
    }

    @Override
    public void text(String piece) {
        int start = 0;
        for (int end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
            begin(piece, start, end);
            endLine();
            start = end + 1;
        }
        begin(piece, start, piece.length());
        bytes += utf8Length(piece);
        listener.read(bytes);
    }

    @Override
    public void endDocument() {
        endLine();
    }

    private void begin(String piece, int from, int to) {
        // What is too long already need not be kept.
        if (begun.length() <= options.longestLine()) {
            begun.append(piece, from, to);
        }
    }

    private void endLine() {
        if (utf8Length(begun) > options.longestLine()) {
            tooLong++;
        } else if (begun.indexOf(String.valueOf(RESERVED)) >= 0) {
            reserved++;
        } else {
            count(withoutSpecial(normalized()));
        }
        begun.setLength(0);
    }

    /** Copies the line into the buffer with a space in front and gives its length there; 0 for one of nothing but spaces. */
    private int normalized() {
        boolean remove = options.removeExtraSpaces();
        if (begun.isEmpty() || (remove && begun.chars().allMatch(character -> character == ' '))) {
            return 0;
        }
        buffer = buffer.length > begun.length() ? buffer : new char[2 * begun.length() + 1];
        int length = 0;
        buffer[length++] = SPACE;
        boolean afterSpace = remove;
        for (int i = 0; i < begun.length(); i++) {
            char character = begun.charAt(i);
            if (character != ' ') {
                buffer[length++] = character;
            } else if (!afterSpace) {
                buffer[length++] = SPACE;
            }
            afterSpace = remove && character == ' ';
        }
        while (remove && length > 0 && buffer[length - 1] == SPACE) {
            length--;
        }
        return length;
    }

    /** Puts boundaries in the place of special pieces' names, which are no text to learn from. */
    private int withoutSpecial(int length) {
        for (int i = 0; i < length; i++) {
            if (buffer[i] == '<') {
                String replaced = special.matcher(new String(buffer, 0, length)).replaceAll(String.valueOf(BOUNDARY));
                replaced.getChars(0, replaced.length(), buffer, 0);
                return replaced.length();
            }
        }
        return length;
    }

    /** Words begin with a space; where pieces of several spaces are allowed, with all spaces before the word. */
    private void count(int length) {
        if (!options.pieceRules().splitByWhitespace()) {
            add(0, length);
            return;
        }
        boolean spacesTogether = options.pieceRules().allowWhitespaceOnlyPieces();
        int start = 0;
        for (int i = 1; i < length; i++) {
            if (buffer[i] == SPACE && !(spacesTogether && buffer[i - 1] == SPACE)) {
                add(start, i);
                start = i;
            }
        }
        add(start, length);
    }

    private void add(int from, int to) {
        if (from < to) {
            words.add(buffer, from, to);
        }
    }

    private static long utf8Length(CharSequence text) {
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            // A surrogate pair is four bytes.
            length += character < 0x80 ? 1 : character < 0x800 || Character.isSurrogate(character) ? 2 : 3;
        }
        return length;
    }

    /** The words of all documents, once all are read. */
    WordCounts words() {
        if (tooLong > 0) {
            listener.say("left out " + tooLong + " lines of more than " + options.longestLine() + " bytes");
        }
        if (reserved > 0) {
            listener.say("left out " + reserved + " lines with the reserved character " + RESERVED);
        }
        return words;
    }
}
