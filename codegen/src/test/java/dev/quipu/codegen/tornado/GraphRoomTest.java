package dev.quipu.codegen.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The last task that a graph holds, and the first one that it does not. */
class GraphRoomTest {
    @ParameterizedTest
    @CsvSource({"1, 256", "3, 256", "4, 234", "6, 182", "20, 71"})
    void hasABorder(int arguments, int most) {
        GraphRoom room = GraphRoom.EMPTY;
        int held = 0;
        while (room.with(arguments).fits()) {
            room = room.with(arguments);
            held++;
        }
        assertEquals(most, held);
    }
}
