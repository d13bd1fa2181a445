package dev.quipu.runtime.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

/**
 * Decodes tokens one by one into text that can be printed at once: the bytes of a character that is not complete wait for
 * the tokens that complete it. The pieces, put together, are the text of all tokens decoded at once.
 */
public final class StreamingDecoder {
    private static final int LONGEST_CHARACTER = 4;

    private final IntFunction<byte[]> bytesOf;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private ByteBuffer waiting = ByteBuffer.allocate(0);

    /** A decoder over a function from a token to the bytes that it stands for; the function may remember what came before. */
    StreamingDecoder(IntFunction<byte[]> bytesOf) {
        this.bytesOf = bytesOf;
    }

    /** The text that one more token completes; may be empty. */
    public String next(int token) {
        byte[] bytes = bytesOf.apply(token);
        ByteBuffer input = ByteBuffer.allocate(waiting.remaining() + bytes.length);
        input.put(waiting).put(bytes).flip();
        CharBuffer output = CharBuffer.allocate(input.remaining());
        utf8.decode(input, output, false);
        waiting = input;
        return output.flip().toString();
    }

    /** The text of bytes that still wait: a replacement character for a cut one, otherwise nothing. The decoder is then fresh. */
    public String finish() {
        CharBuffer output = CharBuffer.allocate(LONGEST_CHARACTER);
        utf8.decode(waiting, output, true);
        utf8.flush(output);
        utf8.reset();
        waiting = ByteBuffer.allocate(0);
        return output.flip().toString();
    }
}
