package dev.quipu.runtime.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SdkTest {
    @TempDir
    private Path folder;

    private void write(String version, String... files) throws IOException {
        Files.createDirectories(folder.resolve("etc"));
        Files.createDirectories(folder.resolve("share/java/tornado"));
        Files.writeString(folder.resolve("etc/tornado.release"), "version=" + version + "\nbranch=main\n");
        Files.writeString(
                folder.resolve("etc/tornado.backend"), "# which\ntornado.backends=opencl-backend,cuda-backend\n");
        for (String file : files) {
            Files.writeString(folder.resolve(file), "");
        }
    }

    private void assertRefused(String line) {
        QuipuException refusal = assertThrows(QuipuException.class, () -> Sdk.of(Optional.of(folder.toString())));
        assertTrue(refusal.getMessage().startsWith(line.replace("FOLDER", folder.toString())), refusal.getMessage());
        assertEquals(1, refusal.getMessage().lines().count());
    }

    @Test
    void aWholeSdkSaysWhatItHas() throws IOException {
        write("5.2.0-jdk25", "tornado-argfile", "share/java/tornado/tornado-api-5.2.0-jdk25.jar");
        Sdk sdk = Sdk.of(Optional.of(folder.toString()));
        assertEquals(new Sdk(folder, "5.2.0-jdk25", List.of("opencl", "cuda")), sdk);
        assertTrue(Files.exists(sdk.apiJar()));
    }

    @Test
    void whatIsNoSdkIsRefusedInALine() throws IOException {
        String none = assertThrows(QuipuException.class, () -> Sdk.of(Optional.empty()))
                .getMessage();
        assertTrue(none.startsWith("TORNADOVM_HOME: expected the folder of a TornadoVM SDK, found nothing; "), none);
        assertRefused("TORNADOVM_HOME: expected a TornadoVM SDK (etc/tornado.release, tornado-argfile,"
                + " share/java/tornado), found FOLDER without them; ");
        write("5.2.0-jdk25", "tornado-argfile");
        assertRefused("TORNADOVM_HOME: expected a TornadoVM SDK (");
        String nowhere = folder.resolve("nowhere").toString();
        String absent = assertThrows(QuipuException.class, () -> Sdk.of(Optional.of(nowhere)))
                .getMessage();
        assertTrue(absent.contains("found no folder " + nowhere), absent);
    }

    @Test
    void otherVersionsAreRefused() throws IOException {
        for (String version : List.of("5.1.0-jdk25", "5.2.0-jdk21", "4.0.1-jdk21", "6.0.0-jdk25")) {
            write(version);
            assertRefused("TORNADOVM_HOME: expected TornadoVM 5.2.x-jdk25, found " + version + " in FOLDER; ");
        }
    }
}
