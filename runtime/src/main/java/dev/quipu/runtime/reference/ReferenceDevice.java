package dev.quipu.runtime.reference;

import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;

/**
 * Interprets programs node by node in double precision; see {@link dev.quipu.compiler.reference.Reference}. State, inputs and
 * results are buffers as on every device, so what passes from run to run is rounded to single precision.
 */
public final class ReferenceDevice implements Device {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public Executable load(Scheduled scheduled, State state) {
        return new ReferenceExecutable(scheduled, state);
    }

    @Override
    public void close() {}
}
