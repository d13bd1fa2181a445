package dev.quipu.runtime.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** ZIP files as PyTorch writes them, or nearly. */
final class TorchZip {
    private TorchZip() {}

    static byte[] of(String folder, Map<String, byte[]> files) {
        return write(folder, files, ZipEntry.STORED);
    }

    static byte[] compressed(String folder, Map<String, byte[]> files) {
        return write(folder, files, ZipEntry.DEFLATED);
    }

    private static byte[] write(String folder, Map<String, byte[]> files, int method) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                ZipEntry entry = new ZipEntry(folder + "/" + file.getKey());
                CRC32 check = new CRC32();
                check.update(file.getValue());
                entry.setMethod(method);
                entry.setSize(file.getValue().length);
                entry.setCrc(check.getValue());
                // Extra fields put the data anywhere, as PyTorch's do to align it.
                entry.setExtra(new byte[] {'F', 'B', 1, 0, 'Z'});
                zip.putNextEntry(entry);
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes.array();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
