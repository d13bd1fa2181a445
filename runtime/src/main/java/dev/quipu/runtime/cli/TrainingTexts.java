package dev.quipu.runtime.cli;

import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.plan.PlanNames;
import dev.quipu.runtime.training.Trainer;
import dev.quipu.runtime.training.TrainingDisplay;
import dev.quipu.runtime.training.TrainingOptions;
import dev.quipu.runtime.training.TrainingReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What {@code train} says before and after a run. */
final class TrainingTexts {
    private static final double GIGA = 1e9;

    private TrainingTexts() {}

    /**
     * The line before a run.
     *
     * @param weighted whether the model came with weights
     */
    static String beginning(Trainer trainer, String name, boolean weighted) {
        TrainingOptions options = trainer.options();
        return String.format(
                Locale.ROOT,
                "%s %s (%s) on %s (%,d tokens), %d steps of %d x %d tokens%s, device %s%s, into %s",
                beginning(trainer.firstStep(), weighted),
                name,
                parameters(trainer.model()),
                trainer.text().name(),
                trainer.text().tokens().length(),
                options.steps(),
                options.batch(),
                options.sequence(),
                options.accumulate() == 1 ? "" : " x " + options.accumulate() + " micro-batches",
                options.device(),
                options.plan().equals(PlanRequest.SAVE_ALL) ? "" : ", plan " + PlanNames.describe(options.plan()),
                trainer.folder());
    }

    private static String parameters(Model model) {
        long all = 0;
        long trained = 0;
        for (Parameter parameter : Trace.parameters(model).values()) {
            all += parameter.shape().elements();
            trained += parameter.trainable() ? parameter.shape().elements() : 0;
        }
        String count = String.format(Locale.ROOT, "%,d parameters", all);
        return trained == all ? count : count + String.format(Locale.ROOT, ", %,d of them trained", trained);
    }

    private static String beginning(long firstStep, boolean weighted) {
        if (firstStep > 1) {
            return "resuming at step " + firstStep;
        }
        return weighted ? "training on from the weights of" : "training";
    }

    static String end(TrainingReport report) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%d of %d steps, %,d tokens in %.0f s: %,.0f tokens/s, %.1f GFLOP/s; peak memory: %s",
                report.step(),
                report.steps(),
                report.tokens(),
                report.seconds(),
                report.tokensPerSecond(),
                report.flopsPerSecond() / GIGA,
                report.memory()));
        if (!report.isComplete()) {
            lines.add("stopped after step " + report.step() + "; checkpoint: " + report.folder());
            lines.add("go on with: ./quipu train --resume " + report.folder());
            return String.join(System.lineSeparator(), lines);
        }
        report.sample().ifPresent(sample -> {
            lines.add("sample:");
            lines.add(TrainingDisplay.printable(sample));
        });
        lines.add(loss(report));
        lines.add("checkpoint: " + report.folder());
        lines.add("sample from it with: ./quipu sample " + report.folder() + " --prompt TEXT");
        return String.join(System.lineSeparator(), lines);
    }

    private static String loss(TrainingReport report) {
        if (report.validationLoss().isEmpty()) {
            return String.format(
                    Locale.ROOT,
                    "training loss %.4f nats/token (nothing was held out to validate on), unigram entropy %.2f",
                    report.trainingLoss().orElseThrow(),
                    report.unigramEntropy());
        }
        double loss = report.validationLoss().getAsDouble();
        return String.format(
                Locale.ROOT,
                "validation loss %.2f nats/token, unigram entropy %.2f, ratio %.2f",
                loss,
                report.unigramEntropy(),
                loss / report.unigramEntropy());
    }

    static String json(TrainingReport report) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("folder", report.folder().toString());
        values.put("step", report.step());
        values.put("steps", report.steps());
        values.put("trainingLoss", report.trainingLoss());
        values.put("validationLoss", report.validationLoss());
        values.put("unigramEntropy", report.unigramEntropy());
        values.put("tokens", report.tokens());
        values.put("seconds", report.seconds());
        values.put("tokensPerSecond", report.tokensPerSecond());
        values.put("flopsPerSecond", report.flopsPerSecond());
        values.put("activationBytes", report.memory().arenas());
        values.put("stateBytes", report.memory().state());
        values.put("processBytes", report.memory().process());
        values.put("sample", report.sample());
        return JsonMapper.shared().writeValueAsString(values);
    }
}
