package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Incremental;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.text.GraphText;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole programs, compiled and run: against the reference in double precision, and the same bits in any order of parts. */
class JvmProgramTest {
    private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

    static LongStream seeds() {
        return LongStream.range(0, 25);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void randomGraphs(long seed) {
        Graph simple = Simplify.of(RandomGraph.of(seed));
        check(Scheduled.of(simple, Clustering.of(simple)), Filled.of(simple, 2, seed));
    }

    @ParameterizedTest
    @EnumSource(names = {"WINDOW", "QWEN2", "QWEN3"})
    void gradients(SmallModels family) {
        Scheduled scheduled =
                Compiler.verifying().gradient(family.model(), 2, 7).scheduled();
        check(scheduled, filled(scheduled));
    }

    /** Chunks of the loss begin anywhere in rows and tensors, and the last one is short. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 13})
    void lossesInChunks(int rows) {
        Scheduled scheduled = Compiler.verifying()
                .withLossChunk(rows)
                .gradient(SmallModels.QWEN2.model(), 2, 7)
                .scheduled();
        check(scheduled, filled(scheduled));
    }

    @Test
    void updates() {
        Scheduled scheduled = Compiler.verifying()
                .update(SmallModels.QWEN2.model(), AdamW.LLAMA)
                .scheduled();
        check(scheduled, filled(scheduled));
    }

    @ParameterizedTest
    @EnumSource(names = {"WINDOW", "QWEN3"})
    void chunks(SmallModels family) {
        for (int chunk : new int[] {1, 4}) {
            Scheduled scheduled = Compiler.verifying()
                    .incremental(family.model(), 2, chunk, chunk == 1 ? 11 : 8)
                    .scheduled();
            check(scheduled, filled(scheduled));
        }
    }

    private static Filled filled(Scheduled scheduled) {
        return Filled.of(scheduled.graph(), SmallModels.VOCABULARY, 7)
                .withEach(Incremental.POSITION, sequence -> 6 - 3 * sequence)
                .with(AdamW.LEARNING_RATE, 0.01)
                .with(AdamW.CORRECTION_1, 0.1)
                .with(AdamW.CORRECTION_2, 0.05)
                .positive(AdamW.secondMoment(""));
    }

    private static void check(Scheduled scheduled, Filled filled) {
        JvmProgram program = JvmProgram.of(scheduled, LANES);
        KernelRun kernels = new KernelRun(program);
        Filled.Outcome found = ProgramRun.run(program, kernels, filled, 1);
        assertEquals(
                "",
                filled.interpret(scheduled.graph()).difference(found, 2e-4),
                () -> GraphText.print(scheduled.graph()));
        assertEquals("", found.difference(ProgramRun.run(program, kernels, filled, 2), 0));
    }

    @Test
    void integersThatAreResultsAreCopiedExactly() {
        Tensor ids = Tensor.input("ids", Type.i32(new Dim("row", 3), new Dim("column", 5)));
        Graph graph = Simplify.of(Graph.of(
                "copy", Map.of("y", ids, "z", ids.reshape(Shape.of(new Dim("all", 15)))), List.of()));
        Filled filled = Filled.of(graph, 2, 1)
                .with(
                        "ids",
                        IntStream.range(0, 15)
                                .mapToDouble(i -> 16_777_217 + 2 * i)
                                .toArray());
        Scheduled scheduled = Scheduled.of(graph, Clustering.of(graph));
        JvmProgram program = JvmProgram.of(scheduled, LANES);
        Filled.Outcome found = ProgramRun.run(program, new KernelRun(program), filled, 1);
        assertEquals("", filled.interpret(graph).difference(found, 0));
    }

    /** Both round at the same places, but not the same numbers: one computes in single precision. */
    @ParameterizedTest
    @EnumSource(names = {"WINDOW", "QWEN2"})
    void factorsOfProductsMayBeBf16(SmallModels family) {
        Scheduled scheduled = Compiler.verifying()
                .in(Precision.BF16)
                .gradient(family.model(), 2, 7)
                .scheduled();
        JvmProgram program = JvmProgram.of(scheduled, LANES);
        assertTrue(program.multipliesRounded());
        KernelRun kernels = new KernelRun(program);
        Filled filled = filled(scheduled);
        Filled.Outcome found = ProgramRun.run(program, kernels, filled, 1);
        assertEquals("", filled.interpret(scheduled.graph()).difference(found, 1e-2));
        assertEquals("", found.difference(ProgramRun.run(program, kernels, filled, 2), 0));
    }

    @Test
    void tf32IsRefused() {
        Scheduled scheduled = new Compiler(false)
                .in(Precision.TF32)
                .gradient(SmallModels.LLAMA.model(), 1, 5)
                .scheduled();
        QuipuException refused = assertThrows(QuipuException.class, () -> JvmProgram.of(scheduled, LANES));
        assertEquals(
                "precision of kernels for the JVM: expected f32 or bf16, found tf32; they have no other",
                refused.getMessage());
    }

    @Test
    void layersShareTheirKernels() {
        int two = JvmProgram.of(gradient(2), LANES).sources().size();
        int nine = JvmProgram.of(gradient(9), LANES).sources().size();
        assertEquals(two, nine);
    }

    private static Scheduled gradient(int layers) {
        return new Compiler(false)
                .gradient(SmallModels.LLAMA.layers(layers), 1, 5)
                .scheduled();
    }

    @Test
    void everyLaunchHasAClassAndEveryClassANameOfItsOwn() {
        JvmProgram program = JvmProgram.of(gradient(3), LANES);
        Set<String> names = new HashSet<>();
        program.sources().forEach(source -> assertTrue(names.add(source.className()), source.className()));
        program.launches().forEach(step -> assertTrue(names.contains(step.className()), step.className()));
    }
}
