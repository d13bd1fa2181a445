package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.program.ParameterGroup;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.model.Moments;
import dev.quipu.runtime.training.TinyRun.StopAfter;
import dev.quipu.runtime.training.TinyRun.Told;
import dev.quipu.runtime.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that begin with weights and train a part of the model, on the reference device. */
class TuningTest {
    private static final Tuning.LowRank ADAPTERS = new Tuning.LowRank(List.of(new Glob("*.w?")), 2, 6);

    @TempDir
    Path root;

    private TinyRun tiny;

    @BeforeEach
    void base() {
        tiny = new TinyRun(root);
        tiny.run("base", options -> options.steps(2).device("reference"), new Told());
    }

    private static TrainingOptions options(Consumer<TrainingOptionsBuilder> changes) {
        TrainingOptionsBuilder options = TinyRun.options().steps(4).device("reference");
        changes.accept(options);
        return options.build();
    }

    private Told tune(String from, String name, Consumer<TrainingOptionsBuilder> changes) {
        Told told = new Told();
        try (TrainingText text = tiny.text();
                Trainer trainer = Trainer.start(
                        ModelSource.of(tiny.folder(from).toString()), text, options(changes), tiny.folder(name))) {
            trainer.run(told);
        }
        return told;
    }

    private Map<String, float[]> tensors(String run, String file) {
        try (SafetensorsFile stored = SafetensorsFile.open(tiny.folder(run).resolve(file))) {
            return stored.tensors().entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> entry.getValue().toFloats()));
        }
    }

    private Set<String> changed(String before, String after) {
        Map<String, float[]> old = tensors(before, "model.safetensors");
        Map<String, float[]> changed = new TreeMap<>(tensors(after, "model.safetensors"));
        assertEquals(old.keySet(), changed.keySet());
        changed.entrySet().removeIf(entry -> Arrays.equals(entry.getValue(), old.get(entry.getKey())));
        return changed.keySet();
    }

    @Test
    void frozenParametersStayBitwiseAndHaveNoMoments() {
        tune("base", "run", options -> options.freeze(List.of(new Glob("embedding.*"), new Glob("layers.0.*"))));
        Set<String> frozen = new TreeSet<>(tensors("base", "model.safetensors").keySet());
        frozen.removeAll(changed("base", "run"));
        assertEquals(
                tensors("base", "model.safetensors").keySet().stream()
                        .filter(name -> name.contains("embed") || name.contains("layers.0"))
                        .collect(Collectors.toCollection(TreeSet::new)),
                frozen);
        assertEquals(2 * 11, tensors("run", TrainingStateFiles.MOMENTS).size());
    }

    @Test
    void adaptersAloneAreTrainedAndMoveTheLoss() {
        Told told = tune("base", "run", options -> options.adapters(ADAPTERS));
        assertEquals(Set.of(), changed("base", "run"));
        assertEquals(2 * 16, tensors("run", TrainingStateFiles.MOMENTS).size());
        Map<String, float[]> adapters = tensors("run", "adapter_model.safetensors");
        assertEquals(16, adapters.size());
        adapters.forEach((name, values) -> {
            boolean moved = false;
            for (float value : values) {
                moved |= value != 0;
            }
            assertTrue(moved, name);
        });
        Metric before = told.metrics.getFirst();
        Metric after = told.metrics.getLast();
        assertEquals(List.of(0L, 4L), List.of(before.step(), after.step()));
        assertTrue(after.loss() < before.loss() - 0.001, before + " to " + after);
    }

    /** Adapters go on from a folder as they were. */
    @Test
    void aResumedRunWithAdaptersEndsBitwiseWhereAnUninterruptedOneDoes() {
        Consumer<TrainingOptionsBuilder> changes =
                options -> options.adapters(ADAPTERS).freeze(List.of(new Glob("layers.0.*")));
        tune("base", "whole", changes);
        try (TrainingText text = tiny.text()) {
            ModelSource base = ModelSource.of(tiny.folder("base").toString());
            try (Trainer trainer = Trainer.start(base, text, options(changes), tiny.folder("cut"))) {
                trainer.run(new StopAfter(1, trainer));
            }
            TrainingOptions kept = TrainingSettings.options(
                            TrainingStateFiles.readState(tiny.folder("cut")).settings())
                    .build();
            try (Trainer trainer = Trainer.resume(text, kept, tiny.folder("cut"))) {
                assertTrue(trainer.run(new Told()).isComplete());
            }
        }
        for (String file : List.of("adapter_model.safetensors", TrainingStateFiles.MOMENTS)) {
            assertArrayEquals(
                    TinyRun.bytes(tiny.folder("whole").resolve(file)),
                    TinyRun.bytes(tiny.folder("cut").resolve(file)),
                    file);
        }
        assertEquals(2 * 8, tensors("whole", TrainingStateFiles.MOMENTS).size());
    }

    @Test
    void adaptersAreTrainedOnAsTheyAreAndNotAddedTwice() {
        tune("base", "first", options -> options.adapters(ADAPTERS));
        Told told = tune("first", "second", options -> {});
        assertEquals(Set.of(), changed("base", "second"));
        assertTrue(told.metrics.getLast().loss() < told.metrics.getFirst().loss());
        String refusal = assertThrows(
                        QuipuException.class, () -> tune("first", "third", options -> options.adapters(ADAPTERS)))
                .getMessage();
        assertTrue(refusal.startsWith("LoRA: expected a model without adapters"), refusal);
    }

    @Test
    void momentsOfAnotherProgramGoOnAtTheirStep() {
        Consumer<TrainingOptionsBuilder> all = options -> options.freeze(List.of(new Glob("*norm*")));
        tune("base", "run", all);
        Told told = new Told();
        try (TrainingText text = tiny.text();
                SafetensorsFile file = TrainingStateFiles.openMoments(tiny.folder("run"));
                Trainer trainer = Trainer.startFrom(
                        ModelSource.of(tiny.folder("run").toString()),
                        text,
                        options(options -> all.accept(options.steps(7))),
                        tiny.folder("on"),
                        new Moments(5, file.tensors()))) {
            file.tensors()
                    .forEach((name, tensor) -> assertArrayEquals(
                            tensor.toFloats(), trainer.state().get(name).toFloats(), name));
            trainer.run(told);
            assertEquals(
                    List.of(5L, 6L, 7L),
                    told.metrics.stream().map(Metric::step).distinct().toList());
            Metric.Training first = (Metric.Training) told.metrics.get(1);
            assertEquals(trainer.options().schedule().at(6), first.learningRate());
        }
        assertEquals(7, TrainingStateFiles.readState(tiny.folder("on")).step());
        refusesMoments(new Moments(2, Map.of()), "moments: expected a tensor adam.m.embedding.weight, found 0 others");
        refusesMoments(new Moments(4, Map.of()), "moments: expected a run with steps to go, found all 4 done");
    }

    private void refusesMoments(Moments moments, String start) {
        ModelSource base = ModelSource.of(tiny.folder("base").toString());
        try (TrainingText text = tiny.text()) {
            String message = assertThrows(
                            QuipuException.class,
                            () -> Trainer.startFrom(base, text, options(all -> {}), tiny.folder("no"), moments))
                    .getMessage();
            assertTrue(message.startsWith(start), message);
        }
    }

    @Test
    void whatIsTrainedBelongsToTheRun() {
        Consumer<TrainingOptionsBuilder> begun = options -> options.adapters(ADAPTERS)
                .freeze(List.of(new Glob("*loraDown")))
                .groups(List.of(ParameterGroup.parse("layers.0.*:lr=0.5")));
        try (TrainingText text = tiny.text();
                Trainer trainer = Trainer.start(
                        ModelSource.of(tiny.folder("base").toString()), text, options(begun), tiny.folder("run"))) {
            trainer.run(new StopAfter(1, trainer));
            refusesToResume(
                    text, options -> options.freeze(List.of()), "--freeze of a resumed run: expected *loraDown");
            refusesToResume(
                    text, options -> options.groups(List.of()), "--group of a resumed run: expected layers.0.*");
            Tuning.LowRank other = new Tuning.LowRank(ADAPTERS.targets(), 3, 6);
            refusesToResume(text, options -> options.adapters(other), "--lora-rank of a resumed run: expected 2");
            refusesToResume(text, options -> options.adapters(null), "--lora-targets of a resumed run: expected *.w?");
        }
    }

    private void refusesToResume(TrainingText text, Consumer<TrainingOptionsBuilder> change, String start) {
        Map<String, String> settings =
                TrainingStateFiles.readState(tiny.folder("run")).settings();
        TrainingOptionsBuilder options = TrainingSettings.options(settings);
        change.accept(options);
        String message = assertThrows(
                        QuipuException.class, () -> Trainer.resume(text, options.build(), tiny.folder("run")))
                .getMessage();
        assertTrue(message.startsWith(start), message);
    }
}
