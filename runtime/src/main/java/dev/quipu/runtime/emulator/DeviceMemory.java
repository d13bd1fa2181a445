package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;
import java.util.IdentityHashMap;
import java.util.Map;

/** What a graph has on the device: arrays by their copies in the host's memory. */
final class DeviceMemory {
    private final Map<TornadoNativeArray, DeviceArray> arrays = new IdentityHashMap<>();
    private boolean executed;

    /** Whether the graph has run. */
    boolean executed() {
        return executed;
    }

    void setExecuted() {
        executed = true;
    }

    /** An array's copy; null where the device has none. */
    DeviceArray find(TornadoNativeArray host) {
        return arrays.get(host);
    }

    /** An array's copy; room for it is made where there is none. */
    DeviceArray allocate(TornadoNativeArray host) {
        return arrays.computeIfAbsent(host, DeviceArray::of);
    }

    /** What another graph has left is this graph's too. */
    void share(TornadoNativeArray host, DeviceArray device) {
        arrays.put(host, device);
    }

    Map<TornadoNativeArray, DeviceArray> arrays() {
        return arrays;
    }

    void free() {
        arrays.clear();
        executed = false;
    }
}
