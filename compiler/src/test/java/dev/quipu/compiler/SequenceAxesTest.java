package dev.quipu.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.ModelCatalog;
import dev.quipu.dsl.catalog.Preset;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Memory grows with the sequence, not with its square: no tensor of any stage has two axes of the sequence, whatever they are
 * called. At a prime length no other axis of a model is as long or a multiple of it, so sizes tell.
 */
class SequenceAxesTest {
    private static final int LONGEST = 8191;
    private static final int BATCH = 2;

    /** Not to be verified: the verifier goes by names, this test by sizes. */
    private static final Compiler COMPILER = new Compiler(false);

    /** A program of a preset for a sequence of some length. */
    enum Program {
        GRADIENT {
            @Override
            Compiled compile(Model model, int sequence) {
                return COMPILER.gradient(model, BATCH, sequence);
            }
        },
        GRADIENT_OF_SEPARATE_DOCUMENTS {
            @Override
            Compiled compile(Model model, int sequence) {
                return COMPILER.gradient(model, BATCH, sequence, Documents.SEPARATE);
            }
        },
        /** Chunks of half the cache: both are axes of the sequence. */
        INCREMENTAL {
            @Override
            Compiled compile(Model model, int sequence) {
                return COMPILER.incremental(model, BATCH, sequence, 2 * sequence);
            }
        };

        abstract Compiled compile(Model model, int sequence);
    }

    static Stream<Arguments> programs() {
        return ModelCatalog.all().stream()
                .map(Preset::name)
                .flatMap(preset -> Stream.of(Program.values()).map(program -> Arguments.of(preset, program)));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void noStageOfAPresetHasTwo(String preset, Program program) {
        Model model = ModelCatalog.preset(preset).model();
        int sequence = prime(Math.min(LONGEST, model.contextLength() / 2));
        Compiled compiled = program.compile(model, sequence);
        check("traced", compiled.traced().nodes(), sequence);
        check("differentiated", compiled.differentiated().nodes(), sequence);
        check("simplified", compiled.choices().graph().nodes(), sequence);
        for (Compiled planned : program == Program.GRADIENT ? plans(compiled) : List.of(compiled)) {
            String plan = planned.planned().plan().name();
            check(plan, planned.planned().graph().nodes(), sequence);
            check(plan + ", clusters", nodes(planned.planned().clusters()), sequence);
            check(plan + ", scheduled", planned.scheduled().graph().nodes(), sequence);
            check(plan + ", launches", nodes(planned.scheduled().clusters()), sequence);
        }
    }

    /** All plans that have names, and the least time in memory halfway between those of the first and the last. */
    private static List<Compiled> plans(Compiled compiled) {
        List<Compiled> plans = new ArrayList<>();
        PlanRequest.NAMED.forEach(plan -> plans.add(COMPILER.keeping(plan).replan(compiled)));
        long bytes = (arena(plans.getFirst()) + arena(plans.getLast())) / 2;
        plans.add(COMPILER.keeping(PlanRequest.budget(bytes)).replan(compiled));
        return plans;
    }

    private static long arena(Compiled compiled) {
        return compiled.scheduled().memory().bytes();
    }

    private static void check(String stage, List<Node> nodes, int sequence) {
        long most = 0;
        for (Node node : nodes) {
            for (Type type : node.types()) {
                long axes = axes(type, sequence);
                most = Math.max(most, axes);
                assertTrue(axes <= 1, () -> stage + ": " + node + " is " + type);
            }
        }
        assertEquals(1, most, stage + " of a sequence of " + sequence);
    }

    private static List<Node> nodes(List<Cluster> clusters) {
        return clusters.stream().flatMap(cluster -> cluster.nodes().stream()).toList();
    }

    @Test
    void aSquareIsNoticedUnderAnyName() {
        Type scores =
                Type.f32(Dim.batch(2), new Dim("head", 4), new Dim("rows", 127), new Dim("head*columns", 4 * 127));
        assertEquals(2, axes(scores, 127));
    }

    private static long axes(Type type, int sequence) {
        return type.shape().dims().stream()
                .filter(dim -> dim.size() % sequence == 0)
                .count();
    }

    /** The largest prime that is not more. */
    private static int prime(int most) {
        return IntStream.iterate(most, number -> number - 1)
                .filter(number -> BigInteger.valueOf(number).isProbablePrime(50))
                .findFirst()
                .orElseThrow();
    }
}
