package dev.quipu.codegen.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.MatMul;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs of tasks and stages, without a device. */
class TornadoProgramTest {
    private static TornadoProgram gradient(int layers, PlanRequest plan) {
        Scheduled scheduled = new Compiler(false)
                .keeping(plan)
                .gradient(SmallModels.LLAMA.layers(layers), 2, 13)
                .scheduled();
        return TornadoProgram.of("gradient", scheduled, FamilyLayout.of(scheduled.states()));
    }

    private static TornadoProgram update(int layers) {
        Scheduled scheduled = new Compiler(false)
                .update(SmallModels.LLAMA.layers(layers), AdamW.LLAMA)
                .scheduled();
        return TornadoProgram.of("update", scheduled, FamilyLayout.of(scheduled.states()));
    }

    /** All sources, with every number replaced, and comments folded nowhere. */
    private static String withoutNumbers(TornadoProgram program) {
        StringBuilder text = new StringBuilder();
        program.sources().forEach(source -> text.append(source.text()));
        return text.toString().replaceAll("(\\s+\\*)?\\s+", " ").replaceAll("\\d+", "#");
    }

    @ParameterizedTest
    @ValueSource(strings = {"saveAll", "paper", "blocks"})
    void sourcesAreTheSameForAnyNumberOfLayers(String name) {
        PlanRequest plan = List.of(PlanRequest.SAVE_ALL, PlanRequest.PAPER, PlanRequest.BLOCKS).stream()
                .filter(request -> request.name().equals(name))
                .findFirst()
                .orElseThrow();
        String two = withoutNumbers(gradient(2, plan));
        assertEquals(two, withoutNumbers(gradient(8, plan)));
        assertEquals(two, withoutNumbers(gradient(32, plan)));
    }

    @Test
    void theUpdateIsTheSameForAnyNumberOfLayers() {
        assertEquals(withoutNumbers(update(2)), withoutNumbers(update(8)));
    }

    /** What the task graphs say, run by run, is every launch's tasks in order, each over its own places. */
    @ParameterizedTest
    @EnumSource(SmallModels.class)
    void stagesAreAllTasksInOrder(SmallModels family) {
        Scheduled scheduled =
                new Compiler(false).gradient(family.layers(3), 2, 13).scheduled();
        TornadoProgram program = TornadoProgram.of("gradient", scheduled, FamilyLayout.of(scheduled.states()));
        Map<String, List<Integer>> numbers = new HashMap<>();
        for (DeviceArray array : program.arrays()) {
            if (array.content() instanceof DeviceArray.Content.Numbers known) {
                numbers.put(array.name(), known.values());
            }
        }
        int next = 0;
        for (TornadoProgram.Stage stage : program.stages()) {
            assertEquals(next, stage.start());
            int place = 0;
            for (int run = 0; run < stage.runs(); run++) {
                for (TornadoTask shown : program.tasks(stage)) {
                    TornadoTask task = program.tasks().get(next++);
                    assertEquals(shown.key(), task.key());
                    List<Integer> places = numbers.get(TornadoProgram.places(stage));
                    assertEquals(
                            task.bases(),
                            places.subList(place, place + task.bases().size()));
                    place += task.bases().size();
                }
            }
        }
        assertEquals(program.tasks().size(), next);
        assertEquals(
                program.launches().size(),
                program.tasks().stream().map(TornadoTask::launch).distinct().count());
    }

    /** TornadoVM copies no array to the host behind a graph that only reads it. */
    @Test
    void resultsAreCopiedBehindTheGraphThatWritesThem() {
        Graph joint = Differentiate.of(Traced.loss(SmallModels.LLAMA.layers(12), 2, 13))
                .graph();
        Map<String, Tensor> results = new LinkedHashMap<>();
        for (Node node : joint.nodes()) {
            if (node.op() instanceof MatMul) {
                results.put("product " + results.size(), node.output(0));
            }
        }
        Scheduled scheduled = new Compiler(false)
                .program(Graph.of("products", results, List.of()))
                .scheduled();
        TornadoProgram program = TornadoProgram.of("products", scheduled, FamilyLayout.of(scheduled.states()));
        assertTrue(program.stages().size() > 1, "one graph writes, another one reads");
        for (TornadoProgram.Stage stage : program.stages()) {
            int touched = (int) program.tasks(stage).stream()
                    .flatMap(task -> task.arrays().stream())
                    .distinct()
                    .count();
            int nodes = program.arrays().size() + 3 * touched + 3 * stage.size();
            assertTrue(nodes <= 1024, () -> stage + " has more nodes than TornadoVM draws: " + nodes);
        }
        String text = program.sources().getLast().text().replaceAll("\\s+", " ");
        List<String> copied = new ArrayList<>();
        String[] graphs = text.split("TaskGraph graph = ", -1);
        for (int i = 0; i < program.stages().size(); i++) {
            Set<String> written = new HashSet<>();
            program.tasks(program.stages().get(i)).forEach(task -> written.addAll(task.written()));
            Matcher copies = Pattern.compile("transferToHost\\(DataTransferMode.EVERY_EXECUTION, ([^)]*)\\)")
                    .matcher(graphs[i + 1]);
            while (copies.find()) {
                for (String field : copies.group(1).split(", ", -1)) {
                    copied.add(field);
                    assertTrue(
                            written.stream()
                                    .anyMatch(array -> array.replaceAll("[^A-Za-z0-9]+", "_")
                                            .endsWith(field)),
                            () -> field + " is not among " + written);
                }
            }
        }
        assertEquals(results.size(), copied.size());
        assertEquals(copied.size(), new HashSet<>(copied).size());
    }

    @Test
    void noTaskNamesAnArrayTwiceAndNoGraphIsOverTheLimits() {
        for (TornadoProgram program : List.of(gradient(3, PlanRequest.PAPER), update(3))) {
            for (TornadoProgram.Stage stage : program.stages()) {
                int bytes = 0;
                for (TornadoTask task : program.tasks(stage)) {
                    Set<String> parameters = new HashSet<>(task.parameters());
                    assertEquals(task.distinctArrays().size(), parameters.size());
                    assertTrue(task.arguments() <= 20);
                    bytes += 15 + 5 * task.arguments();
                }
                assertTrue(stage.size() <= 256 && bytes <= 8192, stage + ": " + bytes);
            }
        }
    }

    /** Three hundred sums of rows of different lengths: nothing repeats, so the tasks are several graphs. */
    @Test
    void whatDoesNotRepeatIsDivided() {
        Map<String, Tensor> results = new LinkedHashMap<>();
        for (int i = 1; i <= 300; i++) {
            Tensor x = Tensor.input("x" + i, new Type(DType.F32, Shape.of(new Dim("row", 2), new Dim("column", i))));
            results.put("y" + i, x.sum(1));
        }
        TornadoProgram program = program(Graph.of("sums", results, List.of()));
        assertEquals(300, program.tasks().size());
        assertTrue(program.stages().size() > 1);
        assertTrue(program.stages().stream().allMatch(stage -> stage.runs() == 1 && stage.size() <= 256));
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15})
    void aKernelHasNoMoreArraysThanATaskHasArguments(int inputs) {
        Tensor[] tensors = new Tensor[inputs];
        StringBuilder formula = new StringBuilder("0");
        for (int i = 0; i < inputs; i++) {
            tensors[i] = Tensor.input("x" + i, new Type(DType.F32, Shape.of(new Dim("column", 4))));
            formula.append(" + x").append(i);
        }
        Graph graph = Graph.of("sum", Map.of("y", Tensor.formula(formula.toString(), tensors)), List.of());
        if (inputs == 14) {
            assertEquals(20, program(graph).tasks().getFirst().arguments());
        } else {
            QuipuException refused = assertThrows(QuipuException.class, () -> program(graph));
            assertTrue(refused.getMessage().contains("20 arguments"), refused.getMessage());
        }
    }

    private static TornadoProgram program(Graph graph) {
        Scheduled scheduled = Scheduled.of(graph, Clustering.of(graph));
        return TornadoProgram.of("program", scheduled, FamilyLayout.of(scheduled.states()));
    }

    @Test
    void oneNameIsOneArray() {
        DeviceArray state = new DeviceArray("x", DType.F32, 4, new DeviceArray.Content.State());
        DeviceArray input = new DeviceArray("x", DType.F32, 4, new DeviceArray.Content.Input("x"));
        assertEquals(
                9,
                state.joined(new DeviceArray("x", DType.F32, 9, state.content()))
                        .elements());
        assertThrows(AssertionError.class, () -> state.joined(input));
    }
}
