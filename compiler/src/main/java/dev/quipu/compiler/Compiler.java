package dev.quipu.compiler;

import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.compiler.checkpoint.Choices;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.checkpoint.Planned;
import dev.quipu.compiler.checkpoint.Planner;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.precision.ProductInputs;
import dev.quipu.compiler.precision.StoredWeights;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.ChunkedLoss;
import dev.quipu.compiler.program.Documents;
import dev.quipu.compiler.program.Incremental;
import dev.quipu.compiler.program.LastPosition;
import dev.quipu.compiler.program.SeparateDocuments;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.compiler.verify.Verifier;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import java.util.Map;
import java.util.OptionalInt;

/**
 * From a model to programs that a device can run. {@link #compile} is the whole pipeline, top to bottom; the other methods say
 * which graph goes into it.
 *
 * @param verify checks every stage
 * @param plan what a training step keeps for its backward pass
 * @param lossChunk rows of logits that exist at once while the loss is computed; empty for {@link ChunkedLoss#defaultRows}
 * @param precision of matrix products and attention; not every device has each
 * @param weights how programs that change no weights read them; not every device has each
 */
public record Compiler(
        boolean verify, PlanRequest plan, OptionalInt lossChunk, Precision precision, WeightStorage weights) {
    public Compiler {
        if (precision == Precision.TF32 && weights != WeightStorage.F32) {
            throw QuipuException.of(
                    "f32 or bf16 beside " + weights + " weights",
                    precision.toString(),
                    "precision",
                    "products widen stored weights to f32 or bf16");
        }
    }

    /** A compiler whose steps keep all that backward rules need. */
    public Compiler(boolean verify) {
        this(verify, PlanRequest.SAVE_ALL, OptionalInt.empty(), Precision.F32, WeightStorage.F32);
    }

    /** A compiler that checks every stage, as tests and {@code --verify} want it. */
    public static Compiler verifying() {
        return new Compiler(true);
    }

    /** A compiler like this one with another plan. */
    public Compiler keeping(PlanRequest other) {
        return new Compiler(verify, other, lossChunk, precision, weights);
    }

    /**
     * A compiler like this one that computes the loss in chunks of so many rows, of which a batch has batch x sequence. With that
     * many or more, all logits exist at once. What it compiles is refused where the model keeps rows from being computed apart.
     *
     * @param rows at least 1
     */
    public Compiler withLossChunk(int rows) {
        return new Compiler(verify, plan, OptionalInt.of(rows), precision, weights);
    }

    /** A compiler like this one whose programs multiply in another precision. */
    public Compiler in(Precision other) {
        return new Compiler(verify, plan, lossChunk, other, weights);
    }

    /**
     * A compiler like this one whose programs find large weights stored so; see {@link StoredWeights}. It compiles none that
     * change weights.
     */
    public Compiler storing(WeightStorage other) {
        return new Compiler(verify, plan, lossChunk, precision, other);
    }

    /**
     * Forward and backward of one micro-batch: inputs {@link Traced#TOKENS}, {@link Traced#TARGETS}, {@link Traced#SCALE};
     * result {@link Traced#LOSS}; adds to the state {@link Differentiated#gradientOf} of every trained parameter.
     */
    public Compiled gradient(Model model, int batch, int sequence) {
        return gradient(model, batch, sequence, Documents.JOINED);
    }

    /** As {@link #gradient(Model, int, int)}; rows of separate documents come with the input {@link Traced#STARTS}. */
    public Compiled gradient(Model model, int batch, int sequence, Documents documents) {
        requireFullWeights();
        return gradient(trace(model, batch, sequence, documents));
    }

    /** As {@link #gradient(Model, int, int, Documents)}, of what {@link #trace} gave. */
    public Compiled gradient(Traced traced) {
        requireFullWeights();
        return compileLoss(traced.graph(), Differentiate.of(traced).graph());
    }

    /** Forward only: inputs and result as in {@link #gradient(Model, int, int)}. */
    public Compiled loss(Model model, int batch, int sequence) {
        return loss(model, batch, sequence, Documents.JOINED);
    }

    /** As {@link #loss(Model, int, int)}; rows of separate documents come with the input {@link Traced#STARTS}. */
    public Compiled loss(Model model, int batch, int sequence, Documents documents) {
        return loss(trace(model, batch, sequence, documents));
    }

    /** As {@link #loss(Model, int, int, Documents)}, of what {@link #trace} gave. */
    public Compiled loss(Traced traced) {
        return compileLoss(traced.graph(), traced.graph());
    }

    /** What the programs of a training step have in common: whoever compiles several of them traces once. */
    public static Traced trace(Model model, int batch, int sequence, Documents documents) {
        Traced traced = Traced.loss(model, batch, sequence);
        return switch (documents) {
            case JOINED -> traced;
            case SEPARATE -> {
                int several = Math.min(Math.max(sequence, 2), model.contextLength());
                SeparateDocuments.check(
                        Simplify.of(Traced.logits(model, batch, several).graph()));
                yield new Traced(SeparateDocuments.of(traced.graph()), traced.parameters());
            }
        };
    }

    /** Tokens to {@link Traced#LOGITS}. */
    public Compiled logits(Model model, int batch, int sequence) {
        Graph graph = Traced.logits(model, batch, sequence).graph();
        return compile(graph, graph);
    }

    /** One step of the optimizer over all trained parameters; see {@link AdamW}. */
    public Compiled update(Model model, AdamW optimizer) {
        requireFullWeights();
        return update(Traced.loss(model, 1, 1), optimizer);
    }

    /** As {@link #update(Model, AdamW)}, of what {@link #trace} gave, whatever the batch. */
    public Compiled update(Traced traced, AdamW optimizer) {
        requireFullWeights();
        Graph graph = optimizer.update(traced.parameters(), Differentiate.trained(traced));
        return compile(graph, graph);
    }

    /** A graph as it is: its results are stored, whatever else reads them. */
    public Compiled program(Graph graph) {
        return compile(graph, graph);
    }

    /** A chunk of tokens at a position, with a cache of keys and values; see {@link Incremental}. */
    public Compiled incremental(Model model, int batch, int chunk, int capacity) {
        Graph traced = Traced.logits(model, batch, chunk).graph();
        return compile(traced, incremental(traced, model, batch, chunk, capacity));
    }

    /**
     * A chunk of a prompt: all that it leaves in the caches, and the logits of one position of each sequence; see
     * {@link LastPosition}.
     */
    public Compiled prefill(Model model, int batch, int chunk, int capacity) {
        Graph traced = Traced.logits(model, batch, chunk).graph();
        return compile(traced, LastPosition.of(incremental(traced, model, batch, chunk, capacity)));
    }

    private static Graph incremental(Graph traced, Model model, int batch, int chunk, int capacity) {
        if (chunk == 1 && model.contextLength() > 1) {
            // what differs from position to position looks like what is the same for all while there is only one
            Incremental.check(Simplify.of(Traced.logits(model, batch, 2).graph()));
        }
        return Incremental.of(Simplify.of(traced), capacity);
    }

    /**
     * The parameters that programs of {@link #storing} find stored in another type than f32, with that type.
     *
     * @throws QuipuException if there is none, although one was asked for
     */
    public Map<String, Type> storedWeights(Model model) {
        if (weights == WeightStorage.F32) {
            return Map.of();
        }
        Graph forward = Simplify.of(Traced.logits(model, 1, 1).graph());
        Map<String, Type> stored = StoredWeights.types(forward, weights);
        if (stored.isEmpty()) {
            throw QuipuException.of(
                    "a model with matrices that products read along their rows",
                    "none",
                    weights + " weights",
                    "take f32");
        }
        return stored;
    }

    private Compiled compileLoss(Graph traced, Graph joint) {
        Graph simple = simplify(joint);
        Graph chunked = lossChunk.isPresent() ? ChunkedLoss.of(simple, lossChunk.getAsInt()) : ChunkedLoss.of(simple);
        return compileSimple(traced, joint, simplify(chunked));
    }

    private Compiled compile(Graph traced, Graph joint) {
        return compileSimple(traced, joint, simplify(joint));
    }

    private Graph simplify(Graph graph) {
        check(graph);
        Graph simple = Simplify.of(graph);
        check(simple);
        return simple;
    }

    /** The same program under this compiler's plan. What comes before the plan is not done again. */
    public Compiled replan(Compiled compiled) {
        return plan(compiled.traced(), compiled.differentiated(), compiled.choices());
    }

    private Compiled compileSimple(Graph traced, Graph joint, Graph simple) {
        Graph stored = StoredWeights.of(simple, weights);
        check(stored);
        Graph precise = ProductInputs.of(stored, precision);
        check(precise);
        return plan(traced, joint, Choices.of(precise, Clustering.of(precise)));
    }

    private Compiled plan(Graph traced, Graph joint, Choices choices) {
        Planned planned = Planner.plan(choices, plan);
        check(planned.graph());
        Scheduled scheduled = Scheduled.of(planned.graph(), planned.clusters(), precision);
        if (verify) {
            Verifier.check(scheduled);
        }
        return new Compiled(traced, joint, choices, planned, scheduled);
    }

    private void requireFullWeights() {
        if (weights != WeightStorage.F32) {
            throw QuipuException.of("f32", weights.toString(), "weights", "training changes them in f32");
        }
    }

    private void check(Graph graph) {
        if (verify) {
            Verifier.check(graph);
        }
    }
}
