package dev.quipu.runtime.cli;

import dev.quipu.compiler.precision.Precision;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.devices.Devices;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What computes the tensors that {@code probe} shows, and what they are held against. */
final class ProbeDeviceOptions {
    private static final String REFERENCE = "reference";
    private static final double USUAL_TOLERANCE = 1e-4;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "What computes the tensors: reference (default), op by op in double precision; or, with the"
                    + " kernels that train and sample, jvm, tornado, tornado:BACKEND:DEVICE or emulator.")
    private String device;

    @Option(
            names = "--against",
            paramLabel = "NAME",
            description =
                    "Another device, such as reference: shows how far each tensor is from what that one computes, and"
                            + " which is the first beyond the tolerance. The exit code is 1 if one is.")
    private String against;

    @Option(
            names = "--tolerance",
            paramLabel = "T",
            description = "With --against, the largest norm of a difference over the norm; default: 1e-4.")
    private Double tolerance;

    @Mixin
    private PrecisionOptions precision;

    /**
     * Checks what can be checked before a device is started.
     *
     * @param computes whether the command computes anything
     * @param compares whether it compares two models
     */
    void check(boolean computes, boolean compares) {
        if (against != null && compares) {
            throw QuipuException.of("one model to compare two devices by", "--compare", "--against", "leave one out");
        }
        if (!computes && (device != null || precision.given().isPresent())) {
            throw QuipuException.of(
                    "a pass to compute, by --prompt or --pass",
                    "weights alone",
                    device != null ? "--device" : "--precision",
                    "");
        }
        if (against != null && against.equals(name())) {
            throw QuipuException.of("two devices", against + " alone", "--against", "say by --device what to compare");
        }
        if (tolerance != null && against == null) {
            throw QuipuException.of("a device to compare with, by --against", "none", "--tolerance", "");
        }
        if (!(tolerance() > 0)) {
            throw QuipuException.of("a tolerance above 0", tolerance.toString(), "--tolerance", "");
        }
        precision();
    }

    /** Whether two devices are to be compared. */
    boolean isAgainst() {
        return against != null;
    }

    /** What computes, as on the command line. */
    String name() {
        return device == null ? REFERENCE : device;
    }

    /** What that is held against. */
    String other() {
        return against;
    }

    double tolerance() {
        return tolerance == null ? USUAL_TOLERANCE : tolerance;
    }

    Precision precision() {
        return precision.precision();
    }

    /**
     * Starts the device.
     *
     * @throws QuipuException if it is unknown, cannot be started here, or has not the precision
     */
    Device open() {
        return open(name(), false);
    }

    /** Starts the other one. The reference multiplies exactly what another device rounds to TF32. */
    Device openOther() {
        return open(against, against.equals(REFERENCE) && precision() == Precision.TF32);
    }

    private Device open(String name, boolean isExact) {
        Device opened = Devices.open(name, OptionalInt.empty());
        try {
            if (!isExact) {
                opened.require(precision());
            }
            return opened;
        } catch (QuipuException e) {
            opened.close();
            throw e;
        }
    }
}
