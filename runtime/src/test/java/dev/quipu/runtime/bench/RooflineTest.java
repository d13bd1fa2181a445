package dev.quipu.runtime.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.LaunchWork;
import dev.quipu.runtime.device.Ceilings;
import dev.quipu.runtime.device.LaunchInfo;
import dev.quipu.runtime.device.LaunchTime;
import dev.quipu.runtime.view.RooflineView;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RooflineTest {
    /** 100 operations, 10 bytes read, 5 bytes copied a nanosecond. */
    private static final Ceilings CEILINGS = new Ceilings(100e9, OptionalDouble.empty(), 10e9, 5e9, 500);

    @ParameterizedTest
    @CsvSource({
        // operations, bytes read, bytes written, nanoseconds
        "1000, 0, 0, 10",
        "1000, 100, 0, 10",
        "1000, 200, 0, 20",
        "0, 50, 50, 20",
        "0, 150, 50, 30",
        "0, 0, 50, 10",
        "0, 50, 150, 40",
        "0, 0, 0, 0"
    })
    void workTakesAtLeast(long flops, long read, long written, double nanos) {
        LaunchWork work = new LaunchWork(flops, read, written);
        assertEquals(nanos, CEILINGS.nanos(work), 1e-9);
        assertEquals(nanos == flops / 100.0, CEILINGS.isComputeBound(work));
    }

    /** Products of bf16 have a rate of their own where it was measured; what else the launch does has not. */
    @Test
    void productsOfBf16HaveTheirCeiling() {
        LaunchWork work = new LaunchWork(2000, 1600, 10, 0);
        Ceilings rounded = new Ceilings(100e9, OptionalDouble.of(400e9), 10e9, 5e9, 500);
        assertEquals(8, rounded.nanos(work), 1e-9);
        assertEquals(20, CEILINGS.nanos(work), 1e-9);
    }

    private static LaunchTime launch(String name, String kind, long flops, long read, long nanos) {
        return new LaunchTime(new LaunchInfo(name, kind, "2x3", new LaunchWork(flops, read, 0)), nanos);
    }

    /** Each launch is bound on its own: together they are not as fast as if one computed while the other reads. */
    private final Roofline roofline = new Roofline(
            new StepProfile(
                    List.of(
                            launch("first", "product", 1000, 0, 40),
                            launch("second", "rows", 0, 100, 20),
                            launch("first", "product", 1000, 0, 20),
                            launch("third", "product", 2000, 0, 10)),
                    100),
            CEILINGS);

    @Test
    void aStepIsTheSumOfItsLaunches() {
        assertEquals(50, roofline.leastNanos(), 1e-9);
        assertEquals(0.5, roofline.share(), 1e-9);
        assertEquals(10, roofline.profile().gapNanos(), 1e-9);
    }

    @Test
    void kindsAreAddedUp() {
        List<LaunchGroup> kinds = LaunchGroup.kinds(roofline.profile());
        assertEquals(
                List.of("product", "rows"),
                kinds.stream().map(LaunchGroup::kind).toList());
        assertEquals(new LaunchWork(4000, 0, 0), kinds.getFirst().work());
        assertEquals(70, kinds.getFirst().nanos(), 1e-9);
        assertEquals(40 / 70.0, roofline.share(kinds.getFirst()), 1e-9);
    }

    /** By time lost, not by share; a launch that found its data in a cache has lost less than nothing. */
    @Test
    void kernelsAreRankedByLostTime() {
        List<LaunchGroup> furthest = roofline.furthest(10);
        assertEquals(
                List.of("first", "second", "third"),
                furthest.stream().map(LaunchGroup::name).toList());
        assertEquals(
                List.of(40.0, 10.0, -10.0),
                furthest.stream().map(roofline::lostNanos).toList());
        assertEquals(1, roofline.furthest(1).size());
    }

    @Test
    void launchesOfOneNameAreOneKernelWhereTheyDoTheSame() {
        StepProfile profile =
                new StepProfile(List.of(launch("a", "product", 10, 0, 1), launch("a", "product", 10, 1, 1)), 3);
        assertEquals(2, LaunchGroup.kernels(profile).size());
    }

    @Test
    void tablesShowSharesAndLosses() {
        String kinds = RooflineView.kinds(roofline);
        assertTrue(kinds.contains("product"), kinds);
        assertTrue(kinds.contains("57.1%"), kinds);
        assertTrue(kinds.contains("gaps"), kinds);
        assertTrue(kinds.contains("100 GFLOP/s of fused multiply-adds"), kinds);
        String furthest = RooflineView.furthest(roofline, 2);
        assertTrue(furthest.contains("memory"), furthest);
        assertFalse(furthest.contains("third"), furthest);
    }
}
