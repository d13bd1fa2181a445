package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.devices.Devices;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** The device that a command computes on. */
final class DeviceOptions {
    static final String DESCRIPTION =
            "jvm (default); tornado, a GPU by way of the TornadoVM SDK that TORNADOVM_HOME names, or"
                    + " tornado:BACKEND:DEVICE (numbers or names: ./quipu doctor lists them); emulator, which runs the"
                    + " GPU's kernels on the JVM and checks every access; or reference: slow, in double precision.";

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "jvm", description = DESCRIPTION)
    private String device;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Threads that compute on the jvm device; default: all cores.")
    private Integer workers;

    /**
     * Starts the device.
     *
     * @throws QuipuException for a device that is unknown, or that cannot be started here
     */
    Device open() {
        return Devices.open(device, workers == null ? OptionalInt.empty() : OptionalInt.of(workers));
    }
}
