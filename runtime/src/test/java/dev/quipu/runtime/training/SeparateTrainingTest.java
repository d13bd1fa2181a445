package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import dev.quipu.runtime.data.BatchBuffers;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.training.TinyRun.StopAfter;
import dev.quipu.runtime.training.TinyRun.Told;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on rows that several documents share. */
class SeparateTrainingTest {
    private static final AdamW OPTIMIZER = new AdamW(0.9, 0.95, 1e-8, 0.1, 1);
    private static final int SEQUENCE = 75;
    private static final List<Integer> DOCUMENTS = List.of(33, 1, 21, 20);

    @TempDir
    Path root;

    /** The same documents in one row, and each at the beginning of a row of its own. */
    @Test
    void aRowOfDocumentsGivesTheLossAndGradientsOfEachAloneOnTheJvm() {
        Model model = Llama.of(LlamaConfig.of(32, 2, 2, 48, 40, SEQUENCE));
        try (JvmDevice device = new JvmDevice(2);
                State packed = state(model);
                State alone = state(model);
                TrainingPrograms together = programs(device, packed, model, 1, Documents.SEPARATE);
                TrainingPrograms apart = programs(device, alone, model, DOCUMENTS.size(), Documents.JOINED)) {
            fill(together.batch(), apart.batch());
            double expected = apart.gradient(0.1f);
            assertEquals(expected, together.gradient(0.1f), 1e-6 * expected);
            for (String name : Trace.parameters(model).keySet()) {
                float[] right = alone.get(Differentiated.gradientOf(name)).toFloats();
                float[] found = packed.get(Differentiated.gradientOf(name)).toFloats();
                double difference = 0;
                double norm = 0;
                for (int i = 0; i < right.length; i++) {
                    difference += Math.pow(right[i] - found[i], 2);
                    norm += Math.pow(right[i], 2);
                }
                assertTrue(Math.sqrt(difference / norm) < 2e-6, name + " differs by " + Math.sqrt(difference / norm));
            }
        }
    }

    private static State state(Model model) {
        State state = new State();
        state.initialise(Trace.parameters(model), 3);
        return state;
    }

    private static TrainingPrograms programs(
            JvmDevice device, State state, Model model, int batch, Documents documents) {
        return new TrainingPrograms(device, state, model, OPTIMIZER, batch, SEQUENCE, documents, Compiler.verifying());
    }

    private static void fill(BatchBuffers together, BatchBuffers apart) {
        SplittableRandom random = new SplittableRandom(7);
        Buffer starts = together.starts().orElseThrow();
        for (int i = 0; i < apart.targets().length(); i++) {
            apart.targets().setInt(i, BatchBuffers.NOTHING);
        }
        int begin = 0;
        for (int document = 0; document < DOCUMENTS.size(); document++) {
            for (int t = 0; t < DOCUMENTS.get(document); t++) {
                int token = random.nextInt(40);
                int target = random.nextInt(40);
                together.tokens().setInt(begin + t, token);
                together.targets().setInt(begin + t, target);
                starts.setInt(begin + t, begin);
                apart.tokens().setInt((long) document * SEQUENCE + t, token);
                apart.targets().setInt((long) document * SEQUENCE + t, target);
            }
            begin += DOCUMENTS.get(document);
        }
    }

    @Test
    void learnsAndAResumedRunEndsBitwiseWhereAnUninterruptedOneDoes() {
        TinyRun tiny = new TinyRun(root);
        TrainingReport report = tiny.run(
                "whole", options -> options.documents(Documents.SEPARATE).accumulate(2), new Told());
        assertTrue(report.trainingLoss().orElseThrow() < Math.log(264), report.toString());
        TrainingOptions options =
                TinyRun.options().documents(Documents.SEPARATE).accumulate(2).build();
        try (TrainingText text = tiny.text()) {
            try (Trainer trainer = Trainer.start(TinyRun.source(), text, options, tiny.folder("cut"))) {
                trainer.run(new StopAfter(2, trainer));
            }
            TrainingOptions read = TrainingSettings.options(
                            TrainingStateFiles.readState(tiny.folder("cut")).settings())
                    .verify(true)
                    .build();
            assertEquals(options, read);
            try (Trainer trainer = Trainer.resume(text, read, tiny.folder("cut"))) {
                assertTrue(trainer.run(new Told()).isComplete());
            }
        }
        for (String file : List.of("model.safetensors", TrainingStateFiles.MOMENTS)) {
            assertArrayEquals(
                    TinyRun.bytes(tiny.folder("whole").resolve(file)),
                    TinyRun.bytes(tiny.folder("cut").resolve(file)),
                    file);
        }
    }
}
