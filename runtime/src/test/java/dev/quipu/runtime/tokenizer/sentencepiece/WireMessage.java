package dev.quipu.runtime.tokenizer.sentencepiece;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The bytes of a message, put together field by field, so that tests can make files no writer would. */
final class WireMessage {
    private static final int END_GROUP = 4;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private interface Field {
        void write(CodedOutputStream output) throws IOException;
    }

    static WireMessage of() {
        return new WireMessage();
    }

    WireMessage text(int number, String value) {
        return raw(number, value.getBytes(StandardCharsets.UTF_8));
    }

    WireMessage message(int number, WireMessage value) {
        return raw(number, value.bytes());
    }

    WireMessage raw(int number, byte... value) {
        return field(output -> output.writeByteArray(number, value));
    }

    WireMessage varint(int number, long value) {
        return field(output -> output.writeInt64(number, value));
    }

    WireMessage number(int number, float value) {
        return field(output -> output.writeFloat(number, value));
    }

    WireMessage groupEnd(int number) {
        return field(output -> output.writeTag(number, END_GROUP));
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    private WireMessage field(Field field) {
        try {
            CodedOutputStream output = CodedOutputStream.newInstance(bytes);
            field.write(output);
            output.flush();
        } catch (IOException e) {
            throw new AssertionError("an array takes every byte", e);
        }
        return this;
    }
}
