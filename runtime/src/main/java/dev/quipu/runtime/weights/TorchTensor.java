package dev.quipu.runtime.weights;

import dev.quipu.runtime.pickle.PickleRefusal;
import dev.quipu.runtime.pickle.PickleValue;
import java.util.List;

/**
 * A tensor of a PyTorch file: a view of a storage that lies inside of it.
 *
 * @param type of its elements, which an untyped storage leaves to the tensor
 * @param offset of the first element, in elements
 * @param strides distances of neighbours along each axis, in elements; zero repeats them
 */
record TorchTensor(TorchStorage storage, ElementType type, long offset, List<Long> shape, List<Long> strides)
        implements PickleValue.Built {
    /** PyTorch's own limit. */
    private static final int MAXIMUM_AXES = 64;

    TorchTensor {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
        if (shape.size() != strides.size() || shape.size() > MAXIMUM_AXES) {
            throw new PickleRefusal(
                    "as many strides as sizes, at most " + MAXIMUM_AXES,
                    strides.size() + " strides and " + shape.size() + " sizes");
        }
        if (type.bytes() % storage.type().bytes() != 0) {
            throw new PickleRefusal("elements of " + type, "elements of " + storage.type());
        }
        checkBounds(storage, type, offset, shape, strides);
    }

    private static void checkBounds(
            TorchStorage storage, ElementType type, long offset, List<Long> shape, List<Long> strides) {
        try {
            long elements = 1;
            long end = Math.addExact(offset, 1);
            for (int axis = 0; axis < shape.size(); axis++) {
                if (shape.get(axis) < 0 || strides.get(axis) < 0) {
                    throw new PickleRefusal("sizes and strides of 0 or more", shape + " and " + strides);
                }
                elements = Math.multiplyExact(elements, shape.get(axis));
                end = Math.addExact(end, Math.multiplyExact(Math.max(0, shape.get(axis) - 1), strides.get(axis)));
            }
            long available = storage.bytes() / type.bytes();
            if (offset < 0 || (elements == 0 ? offset : end) > available || type.bytes(elements) < 0) {
                throw new PickleRefusal(
                        "a tensor inside its storage of " + available + " elements",
                        "shape " + shape + ", strides " + strides + ", offset " + offset);
            }
        } catch (ArithmeticException e) {
            throw new PickleRefusal("a size that fits 64 bits", "shape " + shape + ", strides " + strides);
        }
    }

    long elements() {
        return shape.stream().reduce(1L, (product, size) -> product * size);
    }

    /** Whether the elements lie row-major without gaps, so that they need no copy. */
    boolean isContiguous() {
        long expected = 1;
        for (int axis = shape.size() - 1; axis >= 0; axis--) {
            if (shape.get(axis) != 1 && strides.get(axis) != expected) {
                return elements() == 0;
            }
            expected *= shape.get(axis);
        }
        return true;
    }

    @Override
    public String kind() {
        return "a tensor of shape " + shape;
    }
}
