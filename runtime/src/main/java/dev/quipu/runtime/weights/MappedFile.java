package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;

/**
 * The bytes of a file, mapped into memory. They may change while they are read, so a reader reads each number that it checks
 * only once.
 *
 * @param path the file, or a name for messages where the bytes have none
 * @param bytes all bytes of the file
 * @param release unmaps them
 */
record MappedFile(Path path, MemorySegment bytes, Runnable release) implements AutoCloseable {
    /**
     * Maps a file and reads it; it stays mapped if that succeeds, and whatever was read has to close it.
     *
     * @throws QuipuException if it is missing or not readable: one line that names it
     */
    static <T> T open(Path path, String kind, Function<MappedFile, T> reader) {
        if (!Files.isRegularFile(path)) {
            throw QuipuException.of(kind, "none", path.toString(), "check the path");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return reader.apply(new MappedFile(path, bytes, arena::close));
        } catch (IOException e) {
            arena.close();
            throw new QuipuException(path + ": expected a readable file, found " + FileFailure.reason(e), e);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Bytes that are in memory already and belong to somebody else. */
    static MappedFile of(String name, MemorySegment bytes) {
        return new MappedFile(Path.of(name), bytes, () -> {});
    }

    @Override
    public void close() {
        release.run();
    }
}
