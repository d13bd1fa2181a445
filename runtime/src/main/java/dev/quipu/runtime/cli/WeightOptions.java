package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.WeightStorage;
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
                        + " row; all is computed in f32.",
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

    /** A compiler whose programs read what {@link #load} has loaded. */
    Compiler compiler() {
        return new Compiler(false).storing(storage());
    }

    /** Refuses what the device does not read. */
    void check(QuipuCommand command, Device device) {
        command.argument(() -> {
            device.require(storage());
            return device;
        });
    }

    /** Loads a model's weights as is asked for; what cannot be is a mistake in the call. */
    State load(QuipuCommand command, ModelSource source, Device device) {
        check(command, device);
        command.argument(() -> compiler().storedWeights(source.model()));
        return source.loadWeights(compiler());
    }
}
