package dev.quipu.runtime.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.IntStream;

/**
 * Pickles as one writes them by hand: opcodes by their names, each with its argument after a colon, {@code PROTO:2 EMPTY_DICT
 * BINUNICODE:a BININT1:1 SETITEM STOP}; {@code #8002} is bytes.
 */
public final class PickleText {
    private PickleText() {}

    public static byte[] bytes(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String token : text.strip().split("\\s+", 0)) {
            if (token.startsWith("#")) {
                bytes.writeBytes(HexFormat.of().parseHex(token.substring(1)));
                continue;
            }
            String[] parts = token.split(":", 2);
            PickleOpcode opcode = PickleOpcode.valueOf(parts[0]);
            bytes.write(code(opcode));
            if (parts.length == 2) {
                bytes.writeBytes(argument(opcode, parts[1]));
            }
        }
        return bytes.toByteArray();
    }

    private static int code(PickleOpcode opcode) {
        return IntStream.range(0, 256)
                .filter(code -> PickleOpcode.of(code).filter(opcode::equals).isPresent())
                .findFirst()
                .orElseThrow();
    }

    @SuppressWarnings("UnnecessaryDefaultInEnumSwitch")
    private static byte[] argument(PickleOpcode opcode, String argument) {
        byte[] text = argument.getBytes(StandardCharsets.UTF_8);
        return switch (opcode) {
            case GLOBAL -> (argument.replace(':', '\n') + '\n').getBytes(StandardCharsets.UTF_8);
            case BINUNICODE, BINBYTES -> join(little(4, text.length), text);
            case SHORT_BINUNICODE, SHORT_BINBYTES -> join(little(1, text.length), text);
            case BININT, LONG_BINGET, LONG_BINPUT, LONG4 -> little(4, Long.parseLong(argument));
            case BININT2 -> little(2, Long.parseLong(argument));
            case BINUNICODE8, BINBYTES8, FRAME -> little(8, Long.parseLong(argument));
            case BINFLOAT ->
                ByteBuffer.allocate(8).putDouble(Double.parseDouble(argument)).array();
            default -> little(1, Long.parseLong(argument));
        };
    }

    private static byte[] little(int length, long value) {
        byte[] all = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        return ByteBuffer.allocate(length).put(all, 0, length).array();
    }

    private static byte[] join(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
