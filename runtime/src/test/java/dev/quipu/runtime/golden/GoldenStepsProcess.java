package dev.quipu.runtime.golden;

import dev.quipu.compiler.Compiler;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.devices.Devices;
import java.util.OptionalInt;

/** Replays the steps of a golden model on a device, for {@link GoldenTornadoTest}: arguments folder and device. */
final class GoldenStepsProcess {
    private GoldenStepsProcess() {}

    public static void main(String... arguments) {
        try (Device device = Devices.open(arguments[1], OptionalInt.empty())) {
            new GoldenSteps(GoldenModel.open(arguments[0]), new Compiler(false), 1e-3, 1e-3).replay(device);
        }
    }
}
