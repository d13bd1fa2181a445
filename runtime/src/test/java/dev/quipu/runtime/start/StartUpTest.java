package dev.quipu.runtime.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StartUpTest {
    @Test
    void tellsPartsInTheirOrder() {
        StartUp start = new StartUp();
        assertEquals(5, start.measure(StartUp.Part.CLASSES, () -> 5));
        start.measure(StartUp.Part.TEXT, () -> "text");
        start.classes(7, 2);
        start.classes(1, 0);
        String text = start.text(1400, 0);
        assertTrue(text.startsWith("the first step begins after 1.40 s: text 0.0"), text);
        assertTrue(text.contains(", classes 0.0"), text);
        assertTrue(text.contains("(8 from the cache, 2 by javac)"), text);
    }
}
