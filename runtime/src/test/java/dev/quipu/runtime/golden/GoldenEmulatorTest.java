package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.Compiler;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelWeights;
import dev.quipu.runtime.parity.Difference;
import dev.quipu.runtime.parity.Parity;
import dev.quipu.runtime.tornado.EmulatorDevice;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden models in the kernels that are printed for GPUs. */
class GoldenEmulatorTest {
    private static final double TOLERANCE = 1e-4;

    static List<String> folders() {
        return GoldenModel.FOLDERS;
    }

    @ParameterizedTest
    @MethodSource("folders")
    void computesWhatPyTorchDoes(String folder) {
        GoldenModel golden = GoldenModel.open(folder);
        try (Device device = new EmulatorDevice();
                State state = new State()) {
            ModelWeights.load(golden.model(), golden.folder(), state);
            List<Difference> differences = new Parity(golden.model(), state, device, new Compiler(false))
                    .compare(golden.folder().resolve("case.safetensors"));
            assertEquals(
                    List.of(),
                    differences.stream()
                            .filter(difference -> !difference.isWithin(TOLERANCE))
                            .toList());
        }
    }
}
