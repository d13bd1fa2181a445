package dev.quipu.runtime.golden;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.onednn.RoundedProducts;
import dev.quipu.runtime.reference.ReferenceDevice;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Thirty steps of AdamW through the trainer's own programs, against PyTorch's in float64. */
class GoldenTrainingTest {
    static List<String> folders() {
        return GoldenModel.FOLDERS;
    }

    @ParameterizedTest
    @MethodSource("folders")
    void replaysTheSteps(String folder) {
        try (Device device = new JvmDevice(2)) {
            new GoldenSteps(GoldenModel.open(folder), Compiler.verifying(), 1e-4, 1e-3).replay(device);
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void factorsOfProductsMayBeBf16(String folder) {
        Compiler compiler = Compiler.verifying().in(Precision.BF16);
        try (Device device = new ReferenceDevice()) {
            new GoldenSteps(GoldenModel.open(folder), compiler, 2e-2, 2e-2).replay(device);
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void factorsOfProductsMayBeBf16OnTheJvm(String folder) {
        RoundedProducts.assumeHere();
        Compiler compiler = Compiler.verifying().in(Precision.BF16);
        try (Device device = new JvmDevice(2)) {
            new GoldenSteps(GoldenModel.open(folder), compiler, 2e-2, 2e-2).replay(device);
        }
    }
}
