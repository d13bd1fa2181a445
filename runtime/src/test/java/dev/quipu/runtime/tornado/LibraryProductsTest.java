package dev.quipu.runtime.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.codegen.tornado.Products;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.runtime.op.DeviceRun;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs whose products a library computes, on the emulator: what is left of epilogues, bases in every layer, what is added to. */
class LibraryProductsTest {
    static Stream<Arguments> programs() {
        Compiler compiler = Compiler.verifying();
        Stream<Arguments> gradients = Stream.of(SmallModels.values())
                .map(family -> Arguments.of(family.name(), compiler.gradient(family.model(), 2, 5)));
        return Stream.concat(
                gradients,
                Stream.of(
                        Arguments.of(
                                "many layers",
                                compiler.keeping(PlanRequest.BLOCKS).gradient(SmallModels.LLAMA.layers(5), 1, 3)),
                        Arguments.of("bf16", compiler.in(Precision.BF16).gradient(SmallModels.LLAMA.layers(3), 2, 5)),
                        Arguments.of("logits", compiler.logits(SmallModels.GROUPED.model(), 2, 3))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void computeWhatTheInterpreterDoes(String name, Compiled compiled) {
        Filled filled = Filled.of(compiled.planned().graph(), SmallModels.VOCABULARY, 5);
        Filled.Outcome expected = filled.interpret(compiled.planned().graph());
        try (EmulatorDevice device = new EmulatorDevice(Products.LIBRARY)) {
            // sums in f32 and in f64 may be rounded to different bf16
            double tolerance = compiled.scheduled().precision() == Precision.BF16 ? 2e-2 : 2e-4;
            assertEquals("", expected.difference(DeviceRun.of(compiled.scheduled(), filled, device), tolerance), name);
        }
    }

    /** The library is told places by the host, so what it does for one layer cannot be replayed for another. */
    @Test
    void onlyWhatRunsOnceIsRecordable() {
        Scheduled scheduled =
                Compiler.verifying().gradient(SmallModels.LLAMA.layers(5), 2, 5).scheduled();
        for (Products products : Products.values()) {
            TornadoProgram program =
                    TornadoProgram.of("gradient", scheduled, new PlannedLayout(scheduled.states()), products);
            String source = program.sources().getLast().text();
            for (TornadoProgram.Stage stage : program.stages()) {
                boolean recordable = stage.runs() == 1 || products == Products.GENERATED;
                String printed = source.substring(source.indexOf("new TaskGraph(\"" + stage.name() + "\")"));
                String end = "new Stage(graph, " + stage.runs() + ", iteration, ";
                assertTrue(
                        printed.substring(printed.indexOf(end) + end.length()).startsWith(recordable + ")"), printed);
            }
        }
    }

    @Test
    void aProgramsTasks() {
        Scheduled scheduled =
                Compiler.verifying().gradient(SmallModels.LLAMA.model(), 2, 5).scheduled();
        TornadoProgram program =
                TornadoProgram.of("gradient", scheduled, new PlannedLayout(scheduled.states()), Products.LIBRARY);
        long products = program.launches().stream()
                .filter(launch -> launch.launch() instanceof MatrixProduct)
                .count();
        List<String> called = program.tasks().stream()
                .filter(task -> task.call().isPresent())
                .map(task -> task.name())
                .toList();
        assertEquals(products, called.size());
        long epilogues = program.tasks().stream()
                .filter(task -> task.name().endsWith("_epilogue"))
                .count();
        assertTrue(epilogues < products / 2, "gradients of weights, queries, keys and values need none: " + epilogues);
        String source = program.sources().getLast().text();
        assertTrue(source.contains("graph.libraryTask("), source);
    }
}
