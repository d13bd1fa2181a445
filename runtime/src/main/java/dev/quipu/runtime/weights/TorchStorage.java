package dev.quipu.runtime.weights;

import dev.quipu.runtime.files.Printable;
import dev.quipu.runtime.pickle.PickleRefusal;
import dev.quipu.runtime.pickle.PickleValue;
import java.util.List;

/**
 * A run of elements in a PyTorch file, which tensors are views of.
 *
 * @param key its name in the file
 * @param type of its elements; U8 where the file calls it untyped
 * @param elements how many
 */
record TorchStorage(String key, ElementType type, long elements) implements PickleValue.Built {
    TorchStorage {
        if (elements < 0 || elements > Long.MAX_VALUE / type.bytes()) {
            throw new PickleRefusal("a storage's number of elements", Long.toString(elements));
        }
    }

    long bytes() {
        return type.bytes(elements);
    }

    /** All of it. */
    TorchTensor whole() {
        return new TorchTensor(this, type, 0, List.of(elements), List.of(1L));
    }

    @Override
    public String kind() {
        return "the storage " + Printable.of(key);
    }
}
