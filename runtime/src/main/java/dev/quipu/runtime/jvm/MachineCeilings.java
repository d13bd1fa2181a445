package dev.quipu.runtime.jvm;

import com.sun.management.OperatingSystemMXBean;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.dsl.DType;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Ceilings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Measures what the machine does at most, by way of the same workers that run kernels. The best of many short launches counts:
 * whatever else happens on the machine only makes them slower.
 */
final class MachineCeilings {
    /** Far more than caches hold, which on servers is hundreds of megabytes that many share. */
    private static final long MEMORY = 512L << 20;

    /** Of a small machine's memory, no more than this part. */
    private static final int PART_OF_MACHINE = 8;

    private static final long ENOUGH_NANOS = 150_000_000;
    private static final int ENOUGH_RUNS = 5;

    /** A machine that takes this long gets no better number. */
    private static final long MOST_NANOS = 2_000_000_000;

    private static final int EMPTY_LAUNCHES = 500;
    private static final int EMPTY_ROUNDS = 101;

    private static final double NANOS = 1e9;

    private final WorkerPool pool;

    private MachineCeilings(WorkerPool pool) {
        this.pool = pool;
    }

    /**
     * Measures.
     *
     * @param precision whether products of bf16 are of interest, too
     */
    static Ceilings measure(WorkerPool pool, Precision precision) {
        MachineCeilings machine = new MachineCeilings(pool);
        double flops = machine.perSecond(new FmaProbe(pool.workers()));
        long bytes = Math.min(MEMORY, machineBytes() / PART_OF_MACHINE);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory =
                    Buffer.allocate(arena, DType.F32, bytes / Float.BYTES).segment();
            double read = machine.perSecond(new ReadProbe(memory, bytes, pool.workers()));
            double copy = machine.perSecond(new CopyProbe(memory, bytes, pool.workers()));
            OptionalDouble rounded = precision == Precision.BF16
                    ? OptionalDouble.of(machine.perSecond(new RoundedProbe(arena, pool.workers())))
                    : OptionalDouble.empty();
            return new Ceilings(flops, rounded, read, copy, machine.emptyNanos());
        }
    }

    private static long machineBytes() {
        OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return bean == null ? Long.MAX_VALUE : bean.getTotalMemorySize();
    }

    /** The best rate of a probe at its whole size. It grows while launches are short, so that little is done before the JIT. */
    private double perSecond(Probe probe) {
        while (!probe.isWhole()) {
            probe.growAfter(nanos(probe));
        }
        long all = 0;
        long best = Long.MAX_VALUE;
        for (int runs = 0; all < MOST_NANOS && (runs < ENOUGH_RUNS || all < ENOUGH_NANOS); runs++) {
            long nanos = nanos(probe);
            best = Math.min(best, nanos);
            all += nanos;
        }
        return NANOS * probe.amount() / best;
    }

    private long nanos(Probe probe) {
        return Math.max(1, nanos(new Launch(probe, probe), 1));
    }

    /** The median of many rounds: the best is one in which a single worker did it all. */
    private double emptyNanos() {
        Launch empty = new Launch(new EmptyKernel(pool.workers()), "nothing");
        for (int i = 0; i < EMPTY_ROUNDS; i++) {
            nanos(empty, EMPTY_LAUNCHES); // until the JIT is done
        }
        long[] rounds = new long[EMPTY_ROUNDS];
        for (int i = 0; i < EMPTY_ROUNDS; i++) {
            rounds[i] = nanos(empty, EMPTY_LAUNCHES);
        }
        Arrays.sort(rounds);
        return (double) rounds[EMPTY_ROUNDS / 2] / EMPTY_LAUNCHES;
    }

    private long nanos(Launch launch, int times) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            pool.run(launch);
        }
        return System.nanoTime() - start;
    }
}
