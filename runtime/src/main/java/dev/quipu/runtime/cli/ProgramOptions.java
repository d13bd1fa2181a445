package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which of a model's programs a command looks at, and its shapes. */
final class ProgramOptions {
    private static final int USUAL_SEQUENCE = 128;
    private static final int PREFILL = 16;
    private static final List<String> PROGRAMS = List.of("gradient", "loss", "logits", "update", "prefill", "decode");

    @Option(
            names = "--program",
            paramLabel = "NAME",
            defaultValue = "gradient",
            description = "gradient (default), loss, logits, update, prefill or decode.")
    private String program;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1", description = "Sequences of a batch; default: 1.")
    private int batch;

    @Option(
            names = "--seq",
            paramLabel = "N",
            description = "Tokens of a sequence, or of a chunk for prefill; default: 128, or the context where it is"
                    + " shorter.")
    private Integer sequence;

    @Mixin
    private PlanOptions plan;

    @Mixin
    private LossOptions loss;

    @Mixin
    private PrecisionOptions precision;

    @Mixin
    private WeightOptions weights;

    @Option(names = "--verify", description = "Checks every stage of the compiler.")
    private boolean verify;

    /** Compiles the program; nothing is allocated. */
    Compiled compile(Model model) {
        if (plan.isGiven() && !program.equals("gradient")) {
            throw QuipuException.of(
                    "a plan for the program gradient", program, "--plan", "no other has a backward pass");
        }
        if (loss.isGiven() && !program.equals("gradient") && !program.equals("loss")) {
            throw QuipuException.of(
                    "a chunk for the program gradient or loss", program, "--loss-chunk", "no other has one");
        }
        Compiler compiler = precision.applyTo(
                loss.applyTo(new Compiler(verify).keeping(plan.request()).storing(weights.storage())));
        int length = sequence == null ? Math.min(usualSequence(), model.contextLength()) : sequence;
        check("--batch", batch);
        check("--seq", length);
        return switch (program) {
            case "gradient" -> compiler.gradient(model, batch, length);
            case "loss" -> compiler.loss(model, batch, length);
            case "logits" -> compiler.logits(model, batch, length);
            case "update" -> compiler.update(model, AdamW.LLAMA);
            case "prefill" ->
                compiler.prefill(model, batch, length, Math.ceilDiv(model.contextLength(), length) * length);
            case "decode" -> {
                if (sequence != null && sequence != 1) {
                    throw QuipuException.of("no --seq, decoding takes one token", sequence.toString(), "--seq", "");
                }
                yield compiler.incremental(model, batch, 1, model.contextLength());
            }
            default -> throw NearestNames.unknown("a program", program, PROGRAMS);
        };
    }

    private int usualSequence() {
        return switch (program) {
            case "prefill" -> PREFILL;
            case "decode" -> 1;
            default -> USUAL_SEQUENCE;
        };
    }

    private static void check(String option, int value) {
        if (value < 1) {
            throw QuipuException.of("at least 1", Integer.toString(value), option, "");
        }
    }

    /** What its large weights are kept as. */
    WeightStorage weights() {
        return weights.storage();
    }

    /** {@code gradient}. */
    String name() {
        return program;
    }
}
