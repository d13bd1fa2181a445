package dev.quipu.runtime.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quipu.runtime.cli.Main;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What TornadoVM makes of the kernels for NVIDIA's GPUs compiles. It needs no GPU: an SDK that has the cuda backend alone prints
 * the text for a device that is only described. Skipped without such an SDK and nvcc.
 */
class CudaTextTest {
    private static final Pattern KERNEL = Pattern.compile("extern \"C\" __global__ void (\\w+)\\(");
    private static final String ARCHITECTURE = "sm_90";

    @TempDir
    private Path folder;

    private static void require() {
        SdkJvm.require();
        assumeTrue(Sdk.find().backends().equals(List.of("cuda")), "needs an SDK with the cuda backend alone");
        boolean nvcc = Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "nvcc")));
        assumeTrue(nvcc, "needs nvcc on the PATH");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gradient", "update", "loss", "prefill", "decode"})
    void everyKernelCompilesForAGpu(String program) throws IOException, InterruptedException {
        require();
        SdkJvm printed = SdkJvm.run(
                Main.class,
                "kernels",
                "llama-tiny",
                "--program",
                program,
                "--target",
                "tornado",
                "--device-source=virtual");
        assertEquals(0, printed.exitCode(), printed.output());
        Matcher kernel = KERNEL.matcher(printed.output());
        assertTrue(kernel.find(), printed.output());
        int[] count = {0};
        String text = KERNEL.matcher(printed.output().substring(kernel.start()))
                .replaceAll(found -> "extern \"C\" __global__ void k" + ++count[0] + "_" + found.group(1) + "(");
        assertTrue(count[0] > 5, count[0] + " kernels");
        Path source = Files.writeString(folder.resolve("kernels.cu"), text);
        Process compiler = new ProcessBuilder(
                        "nvcc",
                        "-arch=" + ARCHITECTURE,
                        "-cubin",
                        "-o",
                        folder.resolve("kernels.cubin").toString(),
                        source.toString())
                .redirectErrorStream(true)
                .start();
        String messages = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, compiler.waitFor(), messages);
    }
}
