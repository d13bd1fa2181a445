package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.Launch;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.codegen.tornado.FamilyLayout;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.text.GraphText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The printed stages and kernels of a two-layer LLaMA, compared with files letter by letter, so that a change to what the
 * compiler makes is read as a diff. {@code -Dquipu.golden=write} writes the files anew. Vectors have 16 lanes on any machine;
 * line numbers of sources are left out.
 */
class GoldenTextTest {
    private static final int LANES = 16;
    private static final Path FOLDER =
            Path.of(System.getProperty("quipu.root"), "codegen/src/test/resources/golden-text");

    /** Of matrix products and attention one is enough, since tests of their own compare what they compute. */
    private static final List<String> LONG_KERNELS =
            List.of("layers_feed_forward_up_mat_mul", "layers_attention_attention");

    /** One that rounds, and one that reads what is rounded. */
    private static final List<String> ROUNDED_KERNELS =
            List.of("layers_attention_wq_cast", "layers_feed_forward_up_mat_mul");

    private static Map<String, String> texts() {
        Compiled compiled = Compiler.verifying().gradient(SmallModels.LLAMA.model(), 2, 13);
        Map<String, String> texts = new TreeMap<>();
        texts.put("traced.txt", GraphText.print(compiled.traced()));
        texts.put("differentiated.txt", GraphText.print(compiled.differentiated()));
        texts.put("planned.txt", GraphText.print(compiled.planned().graph()));
        Compiled rounded = Compiler.verifying().in(Precision.BF16).gradient(SmallModels.LLAMA.model(), 2, 13);
        texts.put("planned-bf16.txt", GraphText.print(rounded.plannedText()));
        JvmProgram ofBf16 = JvmProgram.of(rounded.scheduled(), LANES);
        for (String kernel : ROUNDED_KERNELS) {
            texts.put("kernels/" + kernel + "_bf16.txt", source(ofBf16, kernel));
        }
        for (PlanRequest plan : List.of(PlanRequest.PAPER, PlanRequest.BLOCKS)) {
            Compiled planned = Compiler.verifying().keeping(plan).replan(compiled);
            texts.put("scheduled-" + plan.name() + ".txt", GraphText.print(planned.scheduledText()));
        }
        JvmProgram program = JvmProgram.of(compiled.scheduled(), LANES);
        for (JvmProgram.Step step : program.launches()) {
            if (isShown(step.launch().launch(), step.className())) {
                texts.put("kernels/" + step.className() + ".txt", source(program, step.className()));
            }
        }
        Compiled separate = Compiler.verifying().gradient(SmallModels.LLAMA.model(), 2, 13, Documents.SEPARATE);
        texts.put(
                "kernels/layers_attention_attention_separate.txt",
                source(JvmProgram.of(separate.scheduled(), LANES), "layers_attention_attention"));
        FamilyLayout layout = FamilyLayout.of(compiled.scheduled().states());
        for (TornadoProgram.Source source :
                TornadoProgram.of("gradient", compiled.scheduled(), layout).sources()) {
            texts.put("tornado/" + source.className() + ".txt", source.text());
        }
        texts.replaceAll((name, text) -> text.replaceAll("\\.java:\\d+", ".java"));
        return texts;
    }

    private static boolean isShown(Launch launch, String className) {
        boolean isLong = launch instanceof MatrixProduct || launch instanceof AttentionLaunch;
        return !isLong || LONG_KERNELS.contains(className);
    }

    private static String source(JvmProgram program, String className) {
        return program.sources().stream()
                .filter(source -> source.className().equals(className))
                .map(JvmProgram.Source::text)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void stagesAndKernelsAreThoseOfTheFiles() throws IOException {
        Map<String, String> texts = texts();
        if ("write".equals(System.getProperty("quipu.golden"))) {
            write(texts);
        }
        assertEquals(List.copyOf(texts.keySet()), files(), "files of " + FOLDER);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            assertEquals(
                    Files.readString(FOLDER.resolve(text.getKey())),
                    text.getValue(),
                    text.getKey() + " has changed; when it should have: mvn test -pl codegen -am"
                            + " -Dtest=GoldenTextTest -Dsurefire.failIfNoSpecifiedTests=false -Dquipu.golden=write");
        }
    }

    @Test
    void linesAreOfAReadableWidth() {
        texts().forEach((name, text) -> {
            if (name.startsWith("kernels/")) {
                text.lines()
                        .filter(line -> !line.startsWith(" * ")) // a node's types
                        .forEach(line -> assertTrue(line.length() <= 120, () -> name + ": " + line));
            }
        });
    }

    private static void write(Map<String, String> texts) throws IOException {
        for (String stale : files()) {
            Files.delete(FOLDER.resolve(stale));
        }
        for (Map.Entry<String, String> text : texts.entrySet()) {
            Path file = FOLDER.resolve(text.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, text.getValue());
        }
    }

    private static List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> FOLDER.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }
}
