package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.reference.ReferenceDevice;
import java.util.List;
import picocli.CommandLine.Option;

/** The device that a command computes on. */
final class DeviceOptions {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "jvm",
            description = "jvm (default), or reference: slow, in double precision.")
    private String device;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Threads that compute on the jvm device; default: all cores.")
    private Integer workers;

    /**
     * Starts the device.
     *
     * @throws QuipuException for a device that is unknown or not part of this version
     */
    Device open() {
        return switch (device) {
            case "jvm" -> workers == null ? new JvmDevice() : new JvmDevice(workers);
            case "reference" -> reference();
            case "tornado", "emulator" ->
                throw QuipuException.of("jvm or reference", device, "--device", "this version has no GPU device yet");
            default -> throw NearestNames.unknown("a device", device, List.of("jvm", "reference"));
        };
    }

    private Device reference() {
        if (workers != null) {
            throw QuipuException.of(
                    "no number of workers with --device reference", workers.toString(), "--workers", "");
        }
        return new ReferenceDevice();
    }
}
