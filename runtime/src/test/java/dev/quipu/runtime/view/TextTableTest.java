package dev.quipu.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void columnsLineUpAndLinesSpanThem() {
        assertEquals(
                """
                name    n
                a line that is longer than both columns
                ab    100
                c       2
                """,
                new TextTable("lr")
                        .row("name", "n")
                        .line("a line that is longer than both columns")
                        .row("ab", 100)
                        .row("c", 2)
                        .text());
    }
}
