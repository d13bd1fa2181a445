package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.enums.DataTransferMode;
import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;

/** A copy of an array between host and device. */
public record Transfer(When when, TornadoNativeArray array) {
    /** At which executions of its graph. */
    public enum When {
        FIRST,
        EVERY,
        /** Copies to the host are asked for; to the device there are none, and the array gets its room. */
        ASKED;

        /** A mode for copies to the device. */
        public static When toDevice(int mode) {
            return switch (mode) {
                case DataTransferMode.FIRST_EXECUTION -> FIRST;
                case DataTransferMode.EVERY_EXECUTION -> EVERY;
                case DataTransferMode.UNDER_DEMAND -> ASKED;
                default -> throw new AssertionError("no transfer mode to a device: " + mode);
            };
        }

        /** A mode for copies to the host. */
        public static When toHost(int mode) {
            return switch (mode) {
                case DataTransferMode.EVERY_EXECUTION -> EVERY;
                case DataTransferMode.UNDER_DEMAND -> ASKED;
                default -> throw new AssertionError("no transfer mode to the host: " + mode);
            };
        }
    }
}
