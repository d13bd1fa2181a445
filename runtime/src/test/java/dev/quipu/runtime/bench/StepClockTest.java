package dev.quipu.runtime.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.codegen.launch.LaunchWork;
import dev.quipu.runtime.device.LaunchClock;
import dev.quipu.runtime.device.LaunchInfo;
import dev.quipu.runtime.device.LaunchTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepClockTest {
    /** Neither a step that was held up nor one that was lucky counts, where there are others. */
    @ParameterizedTest
    @CsvSource({
        "5, 0",
        "7 5, 1 0",
        "7 5 6, 0 1 2",
        "9 1 3 2, 2 3",
        "9 1 3 2 8, 2 3 4",
        "6 5 4 3 2 1, 4 3 2 1",
        "10 20 30 40 50 60 70, 2 3 4"
    })
    void theMiddleThirdIsWhatCounts(String nanos, String steps) {
        int[] middle = StepClock.middle(
                Arrays.stream(nanos.split(" ")).mapToLong(Long::parseLong).toArray());
        int[] expected =
                Arrays.stream(steps.split(" ")).mapToInt(Integer::parseInt).toArray();
        Arrays.sort(middle);
        Arrays.sort(expected);
        assertArrayEquals(expected, middle);
    }

    @Test
    void meansAreThoseOfTheRunsAskedFor() {
        LaunchInfo launch = new LaunchInfo("a", "rows", "1x1", LaunchWork.NONE);
        LaunchClock clock = new LaunchClock(List.of(launch), 3);
        clock.set(0, 0, 10);
        clock.set(0, 1, 1000);
        clock.set(0, 2, 30);
        assertEquals(List.of(new LaunchTime(launch, 20)), clock.means(0, 2));
        assertEquals(List.of(new LaunchTime(launch, 30)), clock.medians());
    }
}
