package dev.quipu.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.Launch;
import dev.quipu.codegen.launch.Launches;
import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every launch of small models on a GPU: of their gradients, their updates, and the chunks that fill a cache. */
class ModelLaunchesTest {
    @ParameterizedTest
    @EnumSource
    void launchesMeanTheSameOnAGpu(SmallModels family) {
        Compiler compiler = Compiler.verifying();
        Map<Launch, String> launches = new LinkedHashMap<>();
        for (Compiled compiled : List.of(
                compiler.gradient(family.model(), 2, 13),
                compiler.update(family.model(), AdamW.LLAMA),
                compiler.incremental(family.model(), 2, 4, 11))) {
            for (BoundLaunch launch : Launches.of(compiled.scheduled())) {
                launches.putIfAbsent(launch.launch(), launch.name());
            }
        }
        assertFalse(launches.isEmpty());
        launches.forEach((launch, name) -> {
            try {
                check(launch);
            } catch (AssertionError e) {
                throw new AssertionError(name + ": " + launch, e);
            }
        });
    }

    /** Ids, targets and positions of 0 to 10 exist in every table and cache. */
    private static void check(Launch launch) {
        LaunchCheck check = LaunchCheck.of(launch).within(1e-4);
        for (int i = 0; i < launch.buffers().size(); i++) {
            Buffer buffer = launch.buffers().get(i);
            if (buffer.dtype() == DType.I32) {
                check.integers(i, 3, 0, 7, 7, 2);
            }
        }
        check.run();
    }
}
