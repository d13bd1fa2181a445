package dev.quipu.codegen.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The last task that a graph holds, and the first one that it does not. */
class GraphRoomTest {
    @ParameterizedTest
    @CsvSource({
        // arguments of each task, new arrays, writes, arrays that the graph knows
        "1, 0, 0, 0, 256",
        "3, 0, 0, 0, 256",
        "4, 0, 0, 0, 234",
        "6, 0, 0, 0, 182",
        "20, 0, 0, 0, 71",
        "3, 1, 1, 0, 170",
        "3, 1, 1, 100, 154",
        "3, 0, 2, 1000, 6",
        "3, 0, 0, 1024, 0"
    })
    void hasABorder(int arguments, int arrays, int writes, int known, int most) {
        GraphRoom room = GraphRoom.of(known);
        int held = 0;
        while (room.with(arguments, arrays, writes).fits()) {
            room = room.with(arguments, arrays, writes);
            held++;
        }
        assertEquals(most, held);
    }
}
