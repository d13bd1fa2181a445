package dev.quipu.runtime.emulator.api.common;

/** The emulated device. */
public record TornadoDevice(int backendIndex, int deviceIndex) {
    public String getDeviceName() {
        return "emulator";
    }

    public String getDescription() {
        return "Quipu's emulator of a GPU";
    }

    public String getPlatformName() {
        return "the JVM";
    }
}
