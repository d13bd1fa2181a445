package dev.quipu.runtime.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

/** Decodes tokens that stand for bytes of UTF-8. What is not UTF-8 becomes replacement characters as in {@link String}. */
public final class Utf8StreamingDecoder implements StreamingDecoder {
    private static final int LONGEST_CHARACTER = 4;

    private final IntFunction<byte[]> bytesOf;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private ByteBuffer waiting = ByteBuffer.allocate(0);

    /** A decoder over a function from a token to the bytes that it stands for, whatever comes before it. */
    public Utf8StreamingDecoder(IntFunction<byte[]> bytesOf) {
        this.bytesOf = bytesOf;
    }

    @Override
    public String next(int token) {
        byte[] bytes = bytesOf.apply(token);
        ByteBuffer input = ByteBuffer.allocate(waiting.remaining() + bytes.length);
        input.put(waiting).put(bytes).flip();
        CharBuffer output = CharBuffer.allocate(input.remaining());
        utf8.decode(input, output, false);
        waiting = input;
        return output.flip().toString();
    }

    @Override
    public String finish() {
        CharBuffer output = CharBuffer.allocate(LONGEST_CHARACTER);
        utf8.decode(waiting, output, true);
        utf8.flush(output);
        utf8.reset();
        waiting = ByteBuffer.allocate(0);
        return output.flip().toString();
    }
}
