package dev.quipu.runtime.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Class files as one array of bytes: a checksum (SHA-256 of the rest), how many there are, and name, length and bytes of each. */
final class PackedClasses {
    private static final int CHECKSUM_BYTES = 32;

    private PackedClasses() {}

    static byte[] pack(Map<String, byte[]> classes) throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(rest);
        out.writeInt(classes.size());
        for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeInt(entry.getValue().length);
            out.write(entry.getValue());
        }
        byte[] body = rest.toByteArray();
        byte[] packed = Arrays.copyOf(checksum(body, 0), CHECKSUM_BYTES + body.length);
        System.arraycopy(body, 0, packed, CHECKSUM_BYTES, body.length);
        return packed;
    }

    /** Empty where the checksum is not that of the rest. */
    static Optional<Map<String, byte[]>> unpack(byte[] packed) throws IOException {
        if (packed.length < CHECKSUM_BYTES
                || !Arrays.equals(packed, 0, CHECKSUM_BYTES, checksum(packed, CHECKSUM_BYTES), 0, CHECKSUM_BYTES)) {
            return Optional.empty();
        }
        DataInputStream in =
                new DataInputStream(new ByteArrayInputStream(packed, CHECKSUM_BYTES, packed.length - CHECKSUM_BYTES));
        Map<String, byte[]> classes = new LinkedHashMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            String name = in.readUTF();
            classes.put(name, in.readNBytes(in.readInt()));
        }
        return Optional.of(classes);
    }

    private static byte[] checksum(byte[] bytes, int start) {
        MessageDigest digest = SourceKeys.digest();
        digest.update(bytes, start, bytes.length - start);
        return digest.digest();
    }
}
