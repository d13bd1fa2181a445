package dev.quipu.runtime.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.tornado.StateLayout;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.Model;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The sources that are printed for TornadoVM, and those of the host that go with them, compile against TornadoVM's own API, with
 * nothing else on the class path. That they compute what they should is for others to show: javac asks no device.
 */
class PrintedSourcesTest {
    private static final int CAPACITY = 24;

    @TempDir
    private Path folder;

    /** What a reader of the written folder does: {@code javac -cp tornado-api.jar}. */
    private String compile(Map<String, String> sources) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none",
                "-Xlint:-options",
                "--release",
                "25",
                "-g",
                "-cp",
                TornadoApiJar.required().toString(),
                "-d",
                folder.toString()));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = folder.resolve(source.getKey());
            Files.createDirectories(file.getParent());
            arguments.add(Files.writeString(file, source.getValue()).toString());
        }
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int exitCode =
                ToolProvider.getSystemJavaCompiler().run(null, messages, messages, arguments.toArray(String[]::new));
        String text = messages.toString(StandardCharsets.UTF_8);
        assertEquals(exitCode != 0, text.contains("error:"), text);
        return text;
    }

    private static Map<String, String> hostSources() {
        Map<String, String> sources = new LinkedHashMap<>();
        HostSources.all().forEach((name, text) -> sources.put("dev/quipu/tornado/" + name + ".java", text));
        return sources;
    }

    private static Map<String, Compiled> programs(Model model) {
        Compiler compiler = new Compiler(false);
        Map<String, Compiled> programs = new LinkedHashMap<>();
        programs.put("gradient", compiler.gradient(model, 2, 13));
        programs.put("blocks", compiler.keeping(PlanRequest.BLOCKS).gradient(model, 2, 13));
        programs.put("separate", compiler.gradient(model, 2, 13, Documents.SEPARATE));
        programs.put("update", compiler.update(model, AdamW.LLAMA));
        programs.put("loss", compiler.loss(model, 2, 13));
        programs.put("chunk", compiler.incremental(model, 2, 4, CAPACITY));
        programs.put("prefill", compiler.prefill(model, 2, 4, CAPACITY));
        programs.put("decode", compiler.incremental(model, 2, 1, CAPACITY));
        return programs;
    }

    @ParameterizedTest
    @EnumSource
    void compileAgainstTornadoVm(SmallModels family) throws IOException {
        TornadoApiJar.required();
        Map<String, String> sources = hostSources();
        programs(family.model()).forEach((name, compiled) -> {
            StateLayout layout = new PlannedLayout(compiled.scheduled().states());
            for (TornadoProgram.Source source :
                    TornadoProgram.of(name, compiled.scheduled(), layout).sources()) {
                sources.put("dev/quipu/generated/" + source.className() + ".java", source.text());
            }
        });
        assertEquals("", compile(sources));
    }

    /** That javac is asked indeed, and that the API is what it knows. */
    @Test
    void anotherSignatureIsFound() throws IOException {
        Map<String, String> sources = hostSources();
        assertTrue(sources.containsKey("dev/quipu/tornado/Memory.java"), sources::toString);
        String broken = sources.get("dev/quipu/tornado/Memory.java")
                .replace(".setLocalWork(items, 1, 1)", ".setLocalWork(items)");
        assertNotEquals(broken, sources.put("dev/quipu/tornado/Memory.java", broken));
        String messages = compile(sources);
        assertTrue(messages.contains("Memory.java") && messages.contains("setLocalWork"), messages);
    }
}
