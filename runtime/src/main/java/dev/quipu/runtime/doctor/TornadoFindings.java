package dev.quipu.runtime.doctor;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tornado.Sdk;
import dev.quipu.runtime.tornado.TornadoGpu;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks for what {@code --device tornado} needs. Nothing else needs it, so that there is no SDK is no fault. */
final class TornadoFindings {
    private static final String WHAT = "TornadoVM";

    private TornadoFindings() {}

    static List<Finding> all() {
        if (System.getenv(Sdk.VARIABLE) == null) {
            return List.of(Finding.fine(
                    WHAT, "none; for --device tornado unpack an SDK " + Sdk.SUPPORTED + " and export " + Sdk.VARIABLE));
        }
        Sdk sdk;
        try {
            sdk = Sdk.find();
        } catch (QuipuException e) {
            return List.of(new Finding(WHAT, "unusable", e.getMessage()));
        }
        Finding found = Finding.fine(
                WHAT, sdk.version() + " in " + sdk.home() + ", backends " + String.join(", ", sdk.backends()));
        if (!Sdk.hasFlags()) {
            return List.of(
                    found,
                    new Finding(
                            "TornadoVM's JVM flags",
                            "none: this JVM does not start with those of " + sdk.argumentFile(),
                            "./quipu doctor adds them; what the JVM says of them: java @" + sdk.argumentFile()
                                    + " -version"));
        }
        List<Finding> findings = new ArrayList<>(List.of(found));
        findings.addAll(devices(sdk.home()));
        return findings;
    }

    private static List<Finding> devices(Path home) {
        try {
            List<TornadoGpu> gpus = TornadoGpu.all();
            return gpus.isEmpty()
                    ? List.of(new Finding(
                            "GPUs",
                            "none that the SDK in " + home + " can use",
                            "install a GPU's driver, or the CPU's: apt install pocl-opencl-icd"))
                    : gpus.stream()
                            .map(gpu ->
                                    Finding.fine("--device " + gpu.selection(), gpu.name() + " (" + gpu.api() + ")"))
                            .toList();
        } catch (QuipuException e) {
            return List.of(new Finding("GPUs", "none", e.getMessage()));
        }
    }
}
