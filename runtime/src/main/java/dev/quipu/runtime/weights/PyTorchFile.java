package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import dev.quipu.runtime.pickle.Pickle;
import dev.quipu.runtime.pickle.PickleRefusal;
import dev.quipu.runtime.pickle.PickleValue;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * A file of {@code torch.save}: {@code .pt}, {@code .pth}, {@code pytorch_model.bin}. It is mapped and nothing in it is
 * executed: tensors and plain containers are read, whatever else its pickle names is refused.
 *
 * <p>Tensors are named by the dotted path of their keys: {@code model.layers.0.attention.wq.weight}, {@code
 * optimizer.state.0.exp_avg}. Everything else, such as {@code optimizer.param_groups}, is metadata: dictionaries are maps whose
 * keys are strings, lists, tuples and sets are lists, byte strings are lists of numbers, names of types are strings. A file that
 * is one tensor calls it {@code value}. Tensors that do not lie row-major in the file are copied to native memory.
 */
public final class PyTorchFile implements WeightFile {
    private static final byte[] ZIP_START = {'P', 'K', 3, 4};

    private final Path path;
    private final Arena arena;
    private final SequencedMap<String, StoredTensor> tensors;
    private final Map<String, Object> metadata;

    private PyTorchFile(
            Path path, Arena arena, SequencedMap<String, StoredTensor> tensors, Map<String, Object> metadata) {
        this.path = path;
        this.arena = arena;
        this.tensors = Collections.unmodifiableSequencedMap(tensors);
        this.metadata = metadata;
    }

    /**
     * Opens and checks a file.
     *
     * @throws QuipuException if it is missing, damaged or holds more than tensors and plain containers: one line that names the
     *     file and the offending opcode, name or tensor
     */
    public static PyTorchFile open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw QuipuException.of("a PyTorch file", "none", path.toString(), "check the path");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return read(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), arena);
        } catch (IOException e) {
            arena.close();
            throw new QuipuException(path + ": expected a readable file, found " + FileFailure.reason(e), e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Whether a file starts as those of {@code torch.save} do. */
    public static boolean isStart(MemorySegment file) {
        return startsWith(file, ZIP_START) || startsWith(file, TorchStream.START);
    }

    private static boolean startsWith(MemorySegment file, byte[] start) {
        return file.byteSize() >= start.length
                && file.asSlice(0, start.length).mismatch(MemorySegment.ofArray(start)) < 0;
    }

    /**
     * Reads a file that is in memory.
     *
     * @param arena what is copied lies there; it is closed with the file
     */
    static PyTorchFile read(Path path, MemorySegment file, Arena arena) {
        TorchGlobals globals = new TorchGlobals();
        if (startsWith(file, ZIP_START)) {
            TorchArchive archive = new TorchArchive(path, file);
            PickleValue value =
                    Pickle.read(archive.pickle(), path + ", data.pkl", globals).value();
            return of(path, arena, file.byteSize(), value, archive::storage);
        }
        if (startsWith(file, TorchStream.START)) {
            TorchStream stream = new TorchStream(path.toString(), file, globals);
            return of(path, arena, file.byteSize(), stream.contents(), stream::storage);
        }
        throw QuipuException.of(
                "a file of torch.save", "other bytes", path.toString(), "the file is damaged or of another format");
    }

    private static PyTorchFile of(
            Path path, Arena arena, long fileBytes, PickleValue value, Function<TorchStorage, MemorySegment> storages) {
        try {
            TorchContents contents = new TorchContents(value);
            TorchMemory memory = new TorchMemory(arena, fileBytes);
            SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
            contents.tensors().forEach((name, tensor) -> {
                MemorySegment elements = memory.of(tensor, storages.apply(tensor.storage()));
                tensors.put(name, new StoredTensor(name, tensor.type(), tensor.shape(), elements));
            });
            return new PyTorchFile(path, arena, tensors, contents.rest());
        } catch (PickleRefusal refusal) {
            throw refusal.at(path.toString(), "");
        }
    }

    @Override
    public Path path() {
        return path;
    }

    /** The tensors by the dotted path of their keys, in the file's order. */
    @Override
    public SequencedMap<String, StoredTensor> tensors() {
        return tensors;
    }

    /** The tensor with a name; a missing one is the user's mistake. */
    public StoredTensor tensor(String name) {
        return StoredTensor.named(name, tensors, path);
    }

    /** Everything but the tensors. */
    @Override
    public Map<String, Object> metadata() {
        return metadata;
    }

    /** Unmaps the file; tensors taken from it can no longer be read. */
    @Override
    public void close() {
        arena.close();
    }
}
