package dev.quipu.runtime.jvm;

import com.sun.management.OperatingSystemMXBean;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.dsl.DType;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.CeilingMeter;
import dev.quipu.runtime.device.Ceilings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Measures by way of the same workers that run kernels. The best of a few short launches is one measurement: whatever else happens
 * on the machine only makes them slower.
 */
final class MachineCeilings implements CeilingMeter {
    /** Far more than caches hold, which on servers is hundreds of megabytes that many share. */
    private static final long MEMORY = 512L << 20;

    /** Of a small machine's memory, no more than this part. */
    private static final int PART_OF_MACHINE = 8;

    private static final int RUNS = 3;

    private static final int EMPTY_LAUNCHES = 500;
    private static final int EMPTY_ROUNDS = 101;

    private static final double NANOS = 1e9;

    private final WorkerPool pool;
    private final Probe fma;
    private final Optional<Probe> rounded;
    private final double emptyNanos;
    private final List<Double> flopsPerSecond = new ArrayList<>();
    private final List<Double> roundedFlopsPerSecond = new ArrayList<>();
    private final List<Double> readBytesPerSecond = new ArrayList<>();
    private final List<Double> copyBytesPerSecond = new ArrayList<>();

    /**
     * Measures all of it once.
     *
     * @param arena decides how long the factors of products of bf16 live
     * @param precision whether products of bf16 are of interest, too
     */
    MachineCeilings(WorkerPool pool, Arena arena, Precision precision) {
        this.pool = pool;
        fma = new FmaProbe(pool.workers());
        rounded = precision == Precision.BF16 ? Optional.of(new RoundedProbe(arena, pool.workers())) : Optional.empty();
        measureArithmetic();
        measureMemory();
        emptyNanos = emptyNanos();
    }

    @Override
    public void measureArithmetic() {
        flopsPerSecond.add(perSecond(fma));
        rounded.ifPresent(probe -> roundedFlopsPerSecond.add(perSecond(probe)));
    }

    @Override
    public void measureMemory() {
        long bytes = Math.min(MEMORY, machineBytes() / PART_OF_MACHINE);
        try (Arena meanwhile = Arena.ofShared()) {
            MemorySegment memory =
                    Buffer.allocate(meanwhile, DType.F32, bytes / Float.BYTES).segment();
            readBytesPerSecond.add(perSecond(new ReadProbe(memory, bytes, pool.workers())));
            copyBytesPerSecond.add(perSecond(new CopyProbe(memory, bytes, pool.workers())));
        }
    }

    private static long machineBytes() {
        OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return bean == null ? Long.MAX_VALUE : bean.getTotalMemorySize();
    }

    @Override
    public Ceilings ceilings() {
        return new Ceilings(
                median(flopsPerSecond),
                rounded.isPresent() ? OptionalDouble.of(median(roundedFlopsPerSecond)) : OptionalDouble.empty(),
                median(readBytesPerSecond),
                median(copyBytesPerSecond),
                emptyNanos);
    }

    /** The upper one of two. */
    static double median(List<Double> rates) {
        return rates.stream().sorted().skip(rates.size() / 2).findFirst().orElseThrow();
    }

    /** The best rate of a probe at its whole size. It grows while launches are short, so that little is done before the JIT. */
    private double perSecond(Probe probe) {
        while (!probe.isWhole()) {
            probe.growAfter(nanos(probe));
        }
        long best = Long.MAX_VALUE;
        for (int run = 0; run < RUNS; run++) {
            best = Math.min(best, nanos(probe));
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
        List<Double> rounds = new ArrayList<>();
        for (int i = 0; i < EMPTY_ROUNDS; i++) {
            rounds.add((double) nanos(empty, EMPTY_LAUNCHES) / EMPTY_LAUNCHES);
        }
        return median(rounds);
    }

    private long nanos(Launch launch, int times) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            pool.run(launch);
        }
        return System.nanoTime() - start;
    }
}
