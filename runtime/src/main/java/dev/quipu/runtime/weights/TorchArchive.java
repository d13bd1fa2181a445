package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * The ZIP file that PyTorch writes from version 1.6 on: {@code data.pkl}, {@code byteorder} and a file per storage under
 * {@code data/}, all in one folder, and none compressed, so that they are used where they lie.
 */
final class TorchArchive {
    private static final String PICKLE = "/data.pkl";
    private static final String REMEDY = "write the file with torch.save";

    private final Path path;
    private final Map<String, ZipArchiveEntry> entries = new HashMap<>();
    private final MemorySegment file;
    private final String folder;

    /**
     * @param file all of it, mapped
     * @throws QuipuException if it is not such a file
     */
    TorchArchive(Path path, MemorySegment file) {
        this.path = path;
        this.file = file;
        for (ZipArchiveEntry entry : directory(path, file)) {
            if (entries.put(entry.getName(), entry) != null) {
                throw refuse("one file " + Printable.of(entry.getName()), "two");
            }
        }
        folder = folder();
        if (entries.containsKey(folder + "/constants.pkl")) {
            throw refuse("a checkpoint", "a TorchScript program, whose code is not run");
        }
        if (entries.containsKey(folder + "/byteorder")) {
            MemorySegment order = bytes("byteorder", Byte.MAX_VALUE);
            String text = new String(order.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            if (!text.equals("little")) {
                throw refuse("byteorder little", Printable.of(text));
            }
        }
    }

    private static List<ZipArchiveEntry> directory(Path path, MemorySegment file) {
        try (ZipFile zip = ZipFile.builder()
                .setSeekableByteChannel(new SegmentChannel(file))
                .get()) {
            return Collections.list(zip.getEntries());
        } catch (IOException e) {
            throw new QuipuException(
                    path + ": expected a ZIP file's directory, found " + Printable.of(String.valueOf(e.getMessage()))
                            + "; the file is damaged",
                    e);
        }
    }

    private String folder() {
        List<String> folders = new ArrayList<>();
        for (String name : entries.keySet()) {
            if (name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length()) {
                folders.add(name.substring(0, name.length() - PICKLE.length()));
            }
        }
        if (folders.size() != 1) {
            throw refuse("one data.pkl in a folder", folders.size() + " of them");
        }
        return folders.getFirst();
    }

    /** The bytes of the pickle. */
    MemorySegment pickle() {
        return bytes(PICKLE.substring(1), Long.MAX_VALUE);
    }

    /** The bytes of a storage. */
    MemorySegment storage(TorchStorage storage) {
        MemorySegment bytes = bytes("data/" + storage.key(), Long.MAX_VALUE);
        if (bytes.byteSize() != storage.bytes()) {
            throw refuse(
                    storage.bytes() + " bytes of " + storage.elements() + " " + storage.type() + " elements in data/"
                            + Printable.of(storage.key()),
                    bytes.byteSize() + " bytes");
        }
        return bytes;
    }

    private MemorySegment bytes(String name, long limit) {
        ZipArchiveEntry entry = entries.get(folder + "/" + name);
        String shown = Printable.of(name);
        if (entry == null) {
            throw refuse("a file " + shown, "none");
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getGeneralPurposeBit().usesEncryption()) {
            throw refuse(shown + " as it is", "it compressed or encrypted");
        }
        long offset = entry.getDataOffset();
        if (offset < 0 || entry.getSize() < 0 || entry.getSize() > Math.min(limit, file.byteSize() - offset)) {
            throw refuse(shown + " inside of " + file.byteSize() + " bytes", entry.getSize() + " bytes at " + offset);
        }
        return file.asSlice(offset, entry.getSize());
    }

    private QuipuException refuse(String expected, String found) {
        return QuipuException.of(expected, found, path.toString(), REMEDY);
    }
}
