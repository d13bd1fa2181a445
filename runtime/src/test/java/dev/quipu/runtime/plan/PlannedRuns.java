package dev.quipu.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.Plans;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.op.DeviceRun;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** One program under many plans, each by one worker and by two: whatever is kept, every bit is the same. */
public final class PlannedRuns implements AutoCloseable {
    private final List<JvmDevice> devices = List.of(new JvmDevice(1), new JvmDevice(2));

    /**
     * Holds results and state of every plan against those of the plan that keeps all.
     *
     * @param program makes the program of a plan
     * @param filled what a run begins with
     */
    public void check(Function<PlanRequest, Scheduled> program, Filled filled, List<PlanRequest> plans) {
        Filled.Outcome expected = DeviceRun.of(program.apply(PlanRequest.SAVE_ALL), filled, devices.getFirst());
        expected.results().forEach((name, array) -> assertTrue(isFinite(array), name));
        for (PlanRequest plan : plans) {
            Scheduled scheduled = program.apply(plan);
            for (JvmDevice device : devices) {
                Filled.Outcome found = DeviceRun.of(scheduled, filled, device);
                assertEquals(
                        List.of(),
                        expected.otherBits(found),
                        () -> plan.name() + " with " + device.workers() + " workers");
            }
        }
    }

    private static boolean isFinite(Array array) {
        return Arrays.stream(array.values()).allMatch(Double::isFinite);
    }

    /** Budgets from the memory that the plan of the blocks takes to that of the plan that keeps all. */
    public static List<PlanRequest> budgets(int count, Function<PlanRequest, Scheduled> program, long seed) {
        long least = program.apply(PlanRequest.BLOCKS).memory().bytes();
        long most = program.apply(PlanRequest.SAVE_ALL).memory().bytes();
        return Plans.budgets(count, Math.min(least, most), Math.max(least, most), seed);
    }

    @Override
    public void close() {
        devices.forEach(JvmDevice::close);
    }
}
