package dev.quipu.runtime.devices;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.reference.ReferenceDevice;
import dev.quipu.runtime.tornado.EmulatorDevice;
import dev.quipu.runtime.tornado.Sdk;
import dev.quipu.runtime.tornado.TornadoDevice;
import java.util.List;
import java.util.OptionalInt;

/** Starts devices by the names that they have on the command line. */
public final class Devices {
    /** What may be asked for: a GPU also as {@code tornado:BACKEND} and {@code tornado:BACKEND:DEVICE}. */
    public static final List<String> NAMES = List.of("jvm", "tornado", "emulator", "reference");

    private Devices() {}

    /**
     * Starts a device.
     *
     * @param name {@code jvm}, {@code reference}, {@code emulator}, or {@code tornado} with backend and device as
     *     numbers or names
     * @param workers threads that compute on the jvm device
     * @throws QuipuException if the device is unknown, or cannot be started here
     */
    public static Device open(String name, OptionalInt workers) {
        check(name);
        if (workers.isPresent() && !name.equals("jvm")) {
            throw QuipuException.of(
                    "no number of workers with --device " + name,
                    Integer.toString(workers.getAsInt()),
                    "--workers",
                    "");
        }
        return switch (kind(name)) {
            case "jvm" -> workers.isPresent() ? new JvmDevice(workers.getAsInt()) : new JvmDevice();
            case "reference" -> new ReferenceDevice();
            case "emulator" -> new EmulatorDevice();
            case "tornado" -> TornadoDevice.open(name);
            default -> throw new AssertionError(name);
        };
    }

    /**
     * Checks, without starting anything, that a device can be expected to start here: before long work that would be
     * for nothing.
     *
     * @throws QuipuException if the device is unknown, or there is no SDK for it
     */
    public static void require(String name) {
        check(name);
        if (kind(name).equals("tornado")) {
            Sdk.find().requireFlags();
        }
    }

    /**
     * Checks a name.
     *
     * @throws QuipuException if there is no such device
     */
    public static void check(String name) {
        boolean selects = name.contains(":");
        if (!NAMES.contains(kind(name)) || (selects && !kind(name).equals("tornado"))) {
            throw NearestNames.unknown("a device", name, NAMES);
        }
    }

    private static String kind(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }
}
