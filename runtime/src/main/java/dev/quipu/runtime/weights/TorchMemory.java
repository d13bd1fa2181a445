package dev.quipu.runtime.weights;

import dev.quipu.runtime.pickle.PickleRefusal;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The elements of a PyTorch file's tensors, row-major: slices of the mapped file, and copies only where strides ask for them. */
final class TorchMemory {
    /** Copies may take so many times the file's size: a tensor that is expanded along an axis can be of any size. */
    private static final int COPIES_PER_FILE = 4;

    private static final long LEAST_COPIES = 64L << 20;

    private final Arena arena;
    private long copiesLeft;

    TorchMemory(Arena arena, long fileBytes) {
        this.arena = arena;
        copiesLeft = Math.max(LEAST_COPIES, COPIES_PER_FILE * fileBytes);
    }

    /** @param storage the bytes of the tensor's storage */
    MemorySegment of(TorchTensor tensor, MemorySegment storage) {
        long elementBytes = tensor.type().bytes();
        long bytes = tensor.type().bytes(tensor.elements());
        if (tensor.isContiguous()) {
            return storage.asSlice(tensor.offset() * elementBytes, bytes);
        }
        if (bytes > copiesLeft) {
            throw new PickleRefusal(
                    "at most " + copiesLeft + " bytes of tensors that are not contiguous", bytes + " bytes");
        }
        copiesLeft -= bytes;
        MemorySegment copy = arena.allocate(bytes, elementBytes);
        copyAxis(tensor, 0, storage, tensor.offset(), copy, 0);
        return copy;
    }

    /** Copies what the axes from one on span; gives the element of the copy after it. */
    private static long copyAxis(
            TorchTensor tensor, int axis, MemorySegment storage, long from, MemorySegment copy, long to) {
        long elementBytes = tensor.type().bytes();
        if (axis == tensor.shape().size()) {
            MemorySegment.copy(storage, from * elementBytes, copy, to * elementBytes, elementBytes);
            return to + 1;
        }
        long next = to;
        for (long i = 0; i < tensor.shape().get(axis); i++) {
            next = copyAxis(
                    tensor, axis + 1, storage, from + i * tensor.strides().get(axis), copy, next);
        }
        return next;
    }
}
