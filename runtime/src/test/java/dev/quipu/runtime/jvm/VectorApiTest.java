package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorApiTest {
    @Test
    void aJvmWithoutVectorsIsRefusedInOneLine() {
        QuipuException refusal = assertThrows(QuipuException.class, () -> VectorApi.require(ModuleLayer.empty()));
        assertEquals(
                "JVM flags: expected the module jdk.incubator.vector, found a JVM without it; start java with"
                        + " @config/jvm.args, or at least with --add-modules=jdk.incubator.vector",
                refusal.getMessage());
    }

    @Test
    void theTestsRunWithTheFlagsThatKernelsNeed() {
        assertEquals("", JitFlags.missing());
    }

    @Test
    void lanesFollowTheProcessorOrTheProperty() {
        assertTrue(VectorApi.lanes() >= 4 && VectorApi.lanes() <= 16);
        assertEquals(8, withProperty("quipu.lanes", "8", VectorApi::lanes));
    }

    @ParameterizedTest
    @CsvSource({"12, '4, 8 or 16'", "32, from 4 to 16", "many, from 4 to 16"})
    void otherLanesAreRefused(String value, String expected) {
        QuipuException refusal =
                assertThrows(QuipuException.class, () -> withProperty("quipu.lanes", value, VectorApi::lanes));
        assertTrue(refusal.getMessage().contains(expected), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("found " + value), refusal.getMessage());
    }

    @Test
    void workersFollowTheProperty() {
        assertEquals(3, withProperty("quipu.workers", "3", JvmDevice::defaultWorkers));
        assertThrows(QuipuException.class, () -> withProperty("quipu.workers", "0", JvmDevice::defaultWorkers));
        assertThrows(QuipuException.class, () -> new JvmDevice(0));
    }

    private static int withProperty(String property, String value, IntSupplier asked) {
        System.setProperty(property, value);
        try {
            return asked.getAsInt();
        } finally {
            System.clearProperty(property);
        }
    }
}
