package dev.quipu.runtime.tornado;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class LibraryProviderTest {
    @Test
    void compilesAgainstTheSdk() {
        Optional<String> home = Optional.ofNullable(System.getenv(Sdk.VARIABLE));
        Assumptions.assumeTrue(home.isPresent(), "no TornadoVM SDK: " + Sdk.VARIABLE + " names the folder");
        Sdk sdk;
        try {
            sdk = Sdk.of(home);
        } catch (QuipuException other) {
            Assumptions.abort(other.getMessage());
            return;
        }
        assertDoesNotThrow(() -> LibraryProvider.classFiles(sdk));
    }

    @Test
    void isFoundByItsName() throws IOException {
        String service = "/META-INF/services/uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider";
        try (InputStream input = Objects.requireNonNull(LibraryProvider.class.getResourceAsStream(service))) {
            String name = new String(input.readAllBytes(), StandardCharsets.UTF_8).strip();
            assertEquals(LibraryProvider.class.getPackageName() + "." + LibraryProvider.PROVIDER, name);
        }
    }
}
