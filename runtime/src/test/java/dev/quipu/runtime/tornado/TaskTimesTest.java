package dev.quipu.runtime.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Profiler's texts of one execution and of several. */
class TaskTimesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'graph': {'time': '7'}} | 7",
                "{'graph': {'time': '7'}}{'graph': {'time': '8'}} | 8",
                "{'graph': {'time': '7'}} {'graph': {'time': '8'}} {'graph': {'time': '9'}} | 9",
            })
    void theLastExecutionCounts(String text, String expected) {
        String json = text.replace("'", "\"");
        assertEquals(expected, TaskTimes.last(json).path("graph").path("time").asString());
    }
}
