package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import dev.quipu.runtime.pickle.Pickle;
import dev.quipu.runtime.pickle.PickleValue;
import dev.quipu.runtime.pickle.PickleValue.Mapping;
import dev.quipu.runtime.pickle.PickleValue.Scalar;
import dev.quipu.runtime.pickle.PickleValue.Sequence;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The stream that PyTorch wrote before version 1.6: five pickles (a magic number, the protocol, the writer's machine, the
 * contents, the storages' keys), then each storage as its number of elements and their bytes.
 */
final class TorchStream {
    /** The first bytes: a pickle of protocol 2 with the magic number. */
    static final byte[] START = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa85019");

    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL = 1001;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String where;
    private final MemorySegment file;
    private final PickleValue contents;
    private final Map<String, MemorySegment> storages = new HashMap<>();
    private long position;

    /**
     * @param file all of it, mapped
     * @throws QuipuException if it is not such a file
     */
    TorchStream(String where, MemorySegment file, TorchGlobals globals) {
        this.where = where;
        this.file = file;
        expect(MAGIC, scalar(next("magic number", globals)), "PyTorch's magic number");
        expect(PROTOCOL, scalar(next("protocol", globals)), "protocol " + PROTOCOL);
        PickleValue machine = next("machine", globals);
        if (machine instanceof Mapping facts
                && Boolean.FALSE.equals(scalar(facts.entries().get(new Scalar("little_endian"))))) {
            throw refuse("little-endian elements", "big-endian ones");
        }
        contents = next("contents", globals);
        if (!(next("keys", globals) instanceof Sequence keys)) {
            throw refuse("a list of storages", "none");
        }
        readStorages(keys.items(), globals.storages());
    }

    private PickleValue next(String name, TorchGlobals globals) {
        Pickle pickle = Pickle.read(file.asSlice(position), where + ", " + name, globals);
        position += pickle.length();
        return pickle.value();
    }

    private static Object scalar(PickleValue value) {
        return value instanceof Scalar scalar ? scalar.value() : null;
    }

    private void expect(Object expected, Object found, String name) {
        if (!expected.equals(found)) {
            throw refuse(name, Printable.of(String.valueOf(found)));
        }
    }

    private void readStorages(List<PickleValue> keys, Map<String, TorchStorage> named) {
        for (PickleValue key : keys) {
            TorchStorage storage = scalar(key) instanceof String text ? named.get(text) : null;
            if (storage == null || storages.containsKey(storage.key())) {
                throw refuse("the keys of storages, each once", key.kind());
            }
            long available = file.byteSize() - position - Long.BYTES;
            if (available < 0 || file.get(LONG, position) != storage.elements() || storage.bytes() > available) {
                throw refuse(
                        storage.elements() + " elements of " + storage.kind(),
                        available < 0
                                ? "the end of the file"
                                : file.get(LONG, position) + " in " + available + " bytes");
            }
            storages.put(storage.key(), file.asSlice(position + Long.BYTES, storage.bytes()));
            position += Long.BYTES + storage.bytes();
        }
    }

    PickleValue contents() {
        return contents;
    }

    MemorySegment storage(TorchStorage storage) {
        MemorySegment bytes = storages.get(storage.key());
        if (bytes == null) {
            throw refuse("elements of " + storage.kind(), "none");
        }
        return bytes;
    }

    private QuipuException refuse(String expected, String found) {
        return QuipuException.of(expected, found, where, "the file is damaged");
    }
}
