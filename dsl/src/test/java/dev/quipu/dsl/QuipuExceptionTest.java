package dev.quipu.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class QuipuExceptionTest {
    @Test
    void staysOneLineWhateverAFileHolds() {
        assertEquals(
                "a b: expected c d, found e f\u00e9; g h",
                QuipuException.of("c\u2028d", "e\nf\u00e9", "a\rb", "g\u0085h").getMessage());
        assertEquals(
                "w: expected x, found y", QuipuException.of("x", "y", "w", "").getMessage());
    }
}
