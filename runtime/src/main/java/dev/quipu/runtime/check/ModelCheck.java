package dev.quipu.runtime.check;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.tornado.Products;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.SmallInstance;
import dev.quipu.runtime.tornado.EmulatorDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs what a model is compiled to on the emulator: training on joined and on separate documents, and sampling. */
public final class ModelCheck {
    /** More weights than this take the emulator too long. */
    public static final long MOST_WEIGHTS = 3_000_000;

    /** Numbers of a small model's head: odd sizes find more, but matrix units take no fewer. */
    private static final int HEAD = 8;

    private static final int HEAD_OF_MATRICES = 16;

    /** What kernels may use: what NVIDIA's GPUs have. */
    static final GpuTarget TARGET = GpuTarget.MATRICES;

    private static final long SEED = 1;

    private ModelCheck() {}

    /** Programs over a state of their own, on a device of their own. */
    @FunctionalInterface
    private interface Programs {
        List<ProgramVerdict> run(Device device, State state);
    }

    /** Number of a model's weights. */
    public static long weights(Model model) {
        return Trace.parameters(model).values().stream()
                .distinct()
                .mapToLong(ModelCheck::elements)
                .sum();
    }

    private static long elements(Parameter parameter) {
        return parameter.shape().elements();
    }

    /** The model, or a small one of its family where it is too large; empty where the family has none. */
    public static Optional<Model> small(Model model, Precision precision) {
        return weights(model) <= MOST_WEIGHTS
                ? Optional.of(model)
                : SmallInstance.of(model, precision == Precision.BF16 ? HEAD_OF_MATRICES : HEAD);
    }

    /**
     * Runs each program to its end, whatever is wrong. Kernels are those of NVIDIA's GPUs, without cuBLAS.
     *
     * @param compiler makes the programs
     * @param batch sequences of a micro-batch
     * @param sequence tokens of a sequence, in training
     * @return a verdict for each program; those that the compiler does not make of this model are refused
     * @throws QuipuException if it makes no training step of joined documents
     */
    public static List<ProgramVerdict> run(Model model, Compiler compiler, int batch, int sequence) {
        List<ProgramVerdict> verdicts = new ArrayList<>(alone(
                model,
                (device, state) ->
                        TrainingCheck.run(model, compiler, device, state, Documents.JOINED, batch, sequence)));
        verdicts.addAll(unlessRefused(
                "training on separate documents",
                model,
                (device, state) ->
                        TrainingCheck.run(model, compiler, device, state, Documents.SEPARATE, batch, sequence)));
        verdicts.addAll(
                unlessRefused("sampling", model, (device, state) -> SamplingCheck.run(model, compiler, device, state)));
        return verdicts;
    }

    private static List<ProgramVerdict> unlessRefused(String name, Model model, Programs programs) {
        try {
            return alone(model, programs);
        } catch (QuipuException e) {
            return List.of(ProgramVerdict.refused(name, e.getMessage()));
        }
    }

    private static List<ProgramVerdict> alone(Model model, Programs programs) {
        try (Device device = new EmulatorDevice(Products.GENERATED, TARGET);
                State state = new State()) {
            state.initialise(Trace.parameters(model), SEED);
            return programs.run(device, state);
        }
    }
}
