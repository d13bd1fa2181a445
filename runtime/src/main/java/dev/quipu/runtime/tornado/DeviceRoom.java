package dev.quipu.runtime.tornado;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.view.Quantity;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Whether arrays have room in a GPU's memory: asked before anything is allocated there. */
final class DeviceRoom {
    private final TornadoGpu gpu;
    private final Supplier<OptionalLong> free;
    private boolean asked;

    /**
     * @param free bytes that no program has, where the driver tells
     */
    DeviceRoom(TornadoGpu gpu, Supplier<OptionalLong> free) {
        this.gpu = gpu;
        this.free = free;
    }

    /**
     * Checks that arrays fit.
     *
     * @param arrays bytes by name
     * @param others bytes that other states of this program have on the device
     * @throws QuipuException if not
     */
    void require(Map<String, Long> arrays, long others) {
        if (gpu.isVirtual()) {
            return;
        }
        arrays.forEach((name, bytes) -> {
            if (bytes >= gpu.largest()) {
                throw full(
                        "less than " + Quantity.bytes(gpu.largest()) + " for a single array",
                        Quantity.bytes(bytes) + " for " + name);
            }
        });
        long needed = sum(arrays);
        if (needed + others > gpu.bytes()) {
            throw full("at most " + Quantity.bytes(gpu.bytes()) + has(others), Quantity.bytes(needed));
        }
        // TornadoVM keeps what a plan gives back for the next one, which the driver does not know.
        OptionalLong left = asked ? OptionalLong.empty() : free.get();
        asked = true;
        if (left.isPresent() && needed > left.getAsLong()) {
            throw full(
                    "at most the " + Quantity.bytes(left.getAsLong()) + " that are free of "
                            + Quantity.bytes(gpu.bytes()),
                    Quantity.bytes(needed));
        }
    }

    private static String has(long others) {
        return others == 0 ? "" : ", of which " + Quantity.bytes(others) + " are taken";
    }

    /** TornadoVM has found no room for arrays of so many bytes. */
    QuipuException refused(long bytes) {
        return full("at most what is free of " + Quantity.bytes(gpu.bytes()), Quantity.bytes(bytes));
    }

    private static long sum(Map<String, Long> arrays) {
        return arrays.values().stream().mapToLong(Long::longValue).sum();
    }

    private QuipuException full(String expected, String found) {
        return QuipuException.of(
                expected, found, "memory of " + gpu, "use a smaller --batch, --seq or model, or --plan blocks");
    }
}
