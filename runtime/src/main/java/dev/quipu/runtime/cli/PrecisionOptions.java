package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.runtime.device.Device;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a program's products read. */
final class PrecisionOptions {
    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            description = {
                "What the factors of matrix products and attention are rounded to: f32 (default: not at all), tf32 or"
                        + " bf16; all else stays f32.",
                "The device must have it: reference and emulator have f32 and bf16, jvm f32 and, with oneDNN and a"
                        + " processor that multiplies it, bf16, tornado f32 and, on its CUDA backend, bf16 and with"
                        + " cuBLAS tf32.",
                "Where texts are continued, that is for tokens that are read together; single ones stay f32. bf16 asks"
                        + " for --weights bf16 or int8 there."
            })
    private String precision;

    /**
     * What is on the command line, if anything is.
     *
     * @throws dev.quipu.dsl.QuipuException for a name that is none
     */
    Optional<Precision> given() {
        return Optional.ofNullable(precision).map(Precision::named);
    }

    /** What is asked for. */
    Precision precision() {
        return given().orElse(Precision.F32);
    }

    /** A compiler that does what is asked for. */
    Compiler applyTo(Compiler compiler) {
        return compiler.in(precision());
    }

    /**
     * A compiler that does what is asked for, for a device.
     *
     * @throws dev.quipu.dsl.QuipuException if the device does not
     */
    Compiler applyTo(Compiler compiler, Device device) {
        device.require(precision());
        return applyTo(compiler);
    }
}
