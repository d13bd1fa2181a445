package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelSource;
import picocli.CommandLine.Option;

/** What the weights of a finished model are kept as. */
final class WeightOptions {
    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            defaultValue = "f32",
            description = {
                "What large weights are kept as in memory: f32 (default), bf16, or int8 with a factor for every 32 of a"
                        + " row; what is computed of them is f32, unless --precision says otherwise.",
                "bf16 and int8 take a half and 9/32 of the memory, and a token about as much less time. On the devices"
                        + " jvm and reference."
            })
    private String weights;

    /**
     * What is asked for.
     *
     * @throws dev.quipu.dsl.QuipuException for a name that is none
     */
    WeightStorage storage() {
        return WeightStorage.named(weights);
    }

    /** A compiler whose programs read such weights. */
    Compiler compiler() {
        return new Compiler(false).storing(storage());
    }

    /**
     * A compiler for texts that are read and continued in a precision.
     *
     * @throws dev.quipu.dsl.QuipuException if weights would be rounded again for every chunk of a text
     */
    Compiler compiler(PrecisionOptions precision) {
        if (precision.precision() == Precision.BF16 && storage() == WeightStorage.F32) {
            throw QuipuException.of(
                    "bf16 or int8, with --precision bf16",
                    storage().toString(),
                    "--weights",
                    "f32 would be rounded again for every chunk of a text");
        }
        return precision.applyTo(compiler());
    }

    /** Refuses what the device does not read or compute. */
    static void check(QuipuCommand command, Compiler compiler, Device device) {
        command.argument(() -> {
            device.require(compiler.weights());
            device.require(compiler.precision());
            return device;
        });
    }

    /** Loads a model's weights for a compiler's programs; what cannot be is a mistake in the call. */
    static State load(QuipuCommand command, Compiler compiler, ModelSource source, Device device) {
        check(command, compiler, device);
        command.argument(() -> compiler.storedWeights(source.model()));
        return source.loadWeights(compiler);
    }
}
