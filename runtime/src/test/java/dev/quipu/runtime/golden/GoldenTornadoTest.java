package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.runtime.cli.Main;
import dev.quipu.runtime.tornado.SdkJvm;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden models on the first device of a TornadoVM SDK. */
class GoldenTornadoTest {
    static List<String> folders() {
        return GoldenModel.FOLDERS;
    }

    @ParameterizedTest
    @MethodSource("folders")
    void computesWhatPyTorchDoes(String folder) {
        String model = GoldenModel.open(folder).folder().toString();
        SdkJvm found =
                SdkJvm.run(Main.class, "parity", model, "--case", model + "/case.safetensors", "--device", "tornado");
        assertEquals(0, found.exitCode(), found.everything());
    }

    @ParameterizedTest
    @MethodSource("folders")
    void replaysTheSteps(String folder) {
        GoldenModel.open(folder);
        SdkJvm found = SdkJvm.run(GoldenStepsProcess.class, folder, "tornado");
        assertEquals(0, found.exitCode(), found.everything());
    }
}
