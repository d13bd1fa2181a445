package dev.quipu.runtime.reference;

import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.util.EnumSet;
import java.util.Set;

/**
 * Interprets programs node by node in double precision; see {@link dev.quipu.compiler.reference.Reference}. State, inputs and
 * results are buffers as on every device, so what passes from run to run is rounded to single precision.
 */
public final class ReferenceDevice implements Device {
    @Override
    public String name() {
        return "reference";
    }

    /** All but those that a device rounds to unseen: what the graph rounds is rounded. */
    @Override
    public Set<Precision> precisions() {
        return Set.of(Precision.F32, Precision.BF16);
    }

    @Override
    public Set<WeightStorage> weightStorages() {
        return EnumSet.allOf(WeightStorage.class);
    }

    @Override
    public Executable load(Scheduled scheduled, State state) {
        require(scheduled);
        return new ReferenceExecutable(scheduled, state);
    }

    @Override
    public void close() {}
}
