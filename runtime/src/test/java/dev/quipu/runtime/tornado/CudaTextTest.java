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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
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
    private static final String MULTIPLY = "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32";

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
        String text = print("llama-tiny", "--program", program, "--device-source=virtual");
        assertTrue(compile(text) > 5, text);
    }

    /** TornadoVM prints matrix units for a device that its driver has, not for one that is only described. */
    @Test
    void attentionOnMatrixUnitsCompilesForAGpu() throws IOException, InterruptedException {
        require();
        SdkJvm devices = SdkJvm.run(Main.class, "doctor");
        assumeTrue(devices.output().contains("(cuda)"), "needs a device of the cuda backend");
        String text = print("llama-tiny", "--seq", "40", "--precision", "bf16", "--device-source=tornado:cuda");
        List<String> kernels =
                KERNEL.matcher(text).results().map(found -> found.group(1)).toList();
        List<String> bodies = Arrays.asList(KERNEL.split(text)).subList(1, kernels.size() + 1);
        for (String ending : List.of("_attention", "_gradient_keys", "_gradient_queries")) {
            int[] numbers = IntStream.range(0, kernels.size())
                    .filter(number -> kernels.get(number).endsWith(ending))
                    .toArray();
            assertTrue(numbers.length > 0, kernels::toString);
            for (int number : numbers) {
                assertTrue(bodies.get(number).contains(MULTIPLY), bodies.get(number));
            }
        }
        compile(text);
    }

    private static String print(String model, String... arguments) {
        List<String> all = new ArrayList<>(List.of("kernels", model, "--target", "tornado"));
        all.addAll(List.of(arguments));
        SdkJvm printed = SdkJvm.run(Main.class, all.toArray(String[]::new));
        assertEquals(0, printed.exitCode(), printed.everything());
        Matcher kernel = KERNEL.matcher(printed.output());
        assertTrue(kernel.find(), printed.output());
        return printed.output().substring(kernel.start());
    }

    /** How many kernels there are. */
    private int compile(String text) throws IOException, InterruptedException {
        int[] count = {0};
        String numbered = KERNEL.matcher(text)
                .replaceAll(found -> "extern \"C\" __global__ void k" + ++count[0] + "_" + found.group(1) + "(");
        Path source = Files.writeString(folder.resolve("kernels.cu"), numbered);
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
        return count[0];
    }
}
