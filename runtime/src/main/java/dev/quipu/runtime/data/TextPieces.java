package dev.quipu.runtime.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads UTF-8 text in pieces of about a million characters, so that a file of any size takes little memory. */
final class TextPieces {
    private static final int PIECE = 1 << 20;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private TextPieces() {}

    /** Whether a file is text: valid UTF-8 without a zero character. */
    static boolean isText(Path file) throws IOException {
        char[] buffer = new char[1 << 16];
        try (Reader reader = reader(Files.newInputStream(file))) {
            for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    if (buffer[i] == 0) {
                        return false;
                    }
                }
            }
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Gives a stream's text, without a byte order mark, as one document. Closes the stream. */
    static void read(InputStream stream, DocumentSink sink) throws IOException {
        char[] buffer = new char[PIECE];
        int filled = 0;
        boolean first = true;
        try (Reader reader = reader(stream)) {
            for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer, filled, PIECE - filled)) {
                filled += count;
                if (first && buffer[0] == BYTE_ORDER_MARK) {
                    sink.byteOrderMark();
                    System.arraycopy(buffer, 1, buffer, 0, --filled);
                }
                first = false;
                if (filled == PIECE) {
                    int end = pieceEnd(buffer);
                    sink.text(new String(buffer, 0, end));
                    System.arraycopy(buffer, end, buffer, 0, filled - end);
                    filled -= end;
                }
            }
        }
        if (filled > 0) {
            sink.text(new String(buffer, 0, filled));
        }
        sink.endDocument();
    }

    /** Behind the last line end; without one, as far as possible without splitting a surrogate pair. */
    private static int pieceEnd(char[] full) {
        for (int end = full.length; end > 0; end--) {
            if (full[end - 1] == '\n') {
                return end;
            }
        }
        return Character.isHighSurrogate(full[full.length - 1]) ? full.length - 1 : full.length;
    }

    private static Reader reader(InputStream stream) {
        return new InputStreamReader(
                stream,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }
}
