package dev.quipu.runtime.training;

import dev.quipu.compiler.checkpoint.Decision;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Documents;
import dev.quipu.compiler.program.ParameterGroup;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.catalog.TrainingRecipe;
import dev.quipu.runtime.plan.PlanNames;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A run's options by their names on the command line, as a checkpoint keeps them. */
public final class TrainingSettings {
    private static final int SHOWN_DIGITS = 8;
    static final String DEVICE = "device";
    private static final String WORKERS = "workers";

    private static final String DATA = "data";
    private static final String TEXT = "text";
    private static final String LORA = "lora-targets";
    private static final String PLAN = "plan";
    private static final String LOSS_CHUNK = "loss-chunk";
    private static final String PRECISION = "precision";
    private static final String SAVED = "save";
    private static final String RECOMPUTED = "recompute";
    private static final String PLAN_HASH = "plan-hash";
    private static final String CHAT_TEMPLATE = "chat-template";

    /** What may change when a run goes on: it changes no weight. A text may have moved; its content is held by {@value #TEXT}. */
    private static final Set<String> FREE = Set.of(
            "validate-every",
            "sample-every",
            "checkpoint-every",
            DEVICE,
            WORKERS,
            PLAN,
            SAVED,
            RECOMPUTED,
            PLAN_HASH,
            DATA);

    private TrainingSettings() {}

    static SequencedMap<String, String> of(TrainingOptions options, TrainingText text) {
        CosineSchedule schedule = options.schedule();
        AdamW optimizer = options.optimizer();
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        settings.put("steps", Long.toString(schedule.steps()));
        settings.put("batch", Integer.toString(options.batch()));
        settings.put("seq", Integer.toString(options.sequence()));
        settings.put("accumulate", Integer.toString(options.accumulate()));
        settings.put("lr", Double.toString(schedule.peak()));
        settings.put("warmup", Long.toString(schedule.warmup()));
        settings.put("final-ratio", Double.toString(schedule.finalShare()));
        settings.put("weight-decay", Double.toString(optimizer.weightDecay()));
        settings.put("beta1", Double.toString(optimizer.beta1()));
        settings.put("beta2", Double.toString(optimizer.beta2()));
        settings.put("epsilon", Double.toString(optimizer.epsilon()));
        settings.put("clip", Double.toString(optimizer.clip()));
        settings.put("group", joined(optimizer.groups()));
        settings.put("freeze", joined(options.tuning().frozen()));
        options.tuning().adapters().ifPresent(adapters -> {
            settings.put(LORA, joined(adapters.targets()));
            settings.put("lora-rank", Integer.toString(adapters.rank()));
            settings.put("lora-alpha", Double.toString(adapters.alpha()));
        });
        settings.put("seed", Long.toString(options.seed()));
        settings.put("validation-share", Double.toString(options.validationShare()));
        settings.put("documents", options.documents().toString());
        settings.put("validate-every", Long.toString(options.intervals().validate()));
        settings.put("sample-every", Long.toString(options.intervals().sample()));
        settings.put("checkpoint-every", Long.toString(options.intervals().checkpoint()));
        putPlan(settings, options.plan());
        options.lossChunk().ifPresent(rows -> settings.put(LOSS_CHUNK, Integer.toString(rows)));
        settings.put(PRECISION, options.precision().toString());
        settings.put(DEVICE, options.device());
        settings.put(WORKERS, Integer.toString(options.workers()));
        text.chatTemplate().ifPresent(template -> settings.put(CHAT_TEMPLATE, template));
        settings.put("tokenizer", text.tokenizer().name());
        settings.put(
                TEXT,
                text.tokens().length() + " tokens, checksum "
                        + Integer.toHexString(text.tokens().checksum()));
        settings.put(DATA, joined(text.paths()));
        return settings;
    }

    private static void putPlan(Map<String, String> settings, PlanRequest plan) {
        settings.put(PLAN, plan.name());
        settings.put(SAVED, joined(PlanNames.names(plan, Decision.SAVE)));
        settings.put(RECOMPUTED, joined(PlanNames.names(plan, Decision.RECOMPUTE)));
    }

    /**
     * A run's settings with the plan that it runs under now, and where.
     *
     * @param hash what became of the plan: see {@link dev.quipu.compiler.Compiled#planHash}
     */
    static SequencedMap<String, String> asNow(Map<String, String> settings, TrainingOptions options, String hash) {
        SequencedMap<String, String> now = new LinkedHashMap<>(settings);
        putPlan(now, options.plan());
        now.put(PLAN_HASH, hash);
        now.put(DEVICE, options.device());
        now.put(WORKERS, Integer.toString(options.workers()));
        return now;
    }

    /** A line that says so where a checkpoint was made under another plan; empty where it does not say under which. */
    static Optional<String> changeOfPlan(Map<String, String> stored, PlanRequest plan, String hash) {
        String before = stored.getOrDefault(PLAN_HASH, hash);
        return before.equals(hash)
                ? Optional.empty()
                : Optional.of("the checkpoint was made under plan " + shown(new Reader(stored).plan(), before)
                        + ", this run goes on under " + shown(plan, hash) + ": results stay bitwise the same");
    }

    private static String shown(PlanRequest plan, String hash) {
        return PlanNames.describe(plan) + " (" + hash.substring(0, Math.min(SHOWN_DIGITS, hash.length())) + ")";
    }

    private static String joined(List<?> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining("\n"));
    }

    private static Stream<String> split(String joined) {
        return Stream.of(joined.split("\n")).filter(value -> !value.isEmpty());
    }

    /** The options of a checkpoint, to be changed where that changes no weight. */
    public static TrainingOptionsBuilder options(Map<String, String> settings) {
        return new Reader(settings).options();
    }

    /** The paths of a checkpoint's text; none for the default text. */
    public static List<Path> data(Map<String, String> settings) {
        return split(new Reader(settings).text(DATA)).map(Path::of).toList();
    }

    /** The name of the chat template that a checkpoint's conversations are written in, if one was asked for. */
    public static Optional<String> chatTemplate(Map<String, String> settings) {
        return Optional.ofNullable(settings.get(CHAT_TEMPLATE));
    }

    /** Refuses, by name, what a run that goes on must not change. */
    static void requireSame(Map<String, String> stored, Map<String, String> wanted) {
        Set<String> names = new LinkedHashSet<>(stored.keySet());
        names.addAll(wanted.keySet());
        names.removeAll(FREE);
        for (String name : names) {
            String before = stored.getOrDefault(name, name.equals(PRECISION) ? Precision.F32.toString() : "");
            String value = wanted.getOrDefault(name, "");
            if (!before.equals(value)) {
                throw QuipuException.of(
                        shown(before) + ", as the run began",
                        shown(value),
                        (name.equals(TEXT) ? "the text" : "--" + name) + " of a resumed run",
                        "resume without it, or begin a new run");
            }
        }
    }

    private static String shown(String value) {
        return value.isEmpty() ? "nothing" : value.replace('\n', ' ');
    }

    /** Takes values out of settings that a file may have damaged. */
    private record Reader(Map<String, String> settings) {
        TrainingOptionsBuilder options() {
            int batch = (int) number("batch");
            int sequence = (int) number("seq");
            long tokens = Math.max(1, (long) batch * sequence);
            TrainingRecipe recipe = new TrainingRecipe(
                    real("lr"),
                    real("final-ratio"),
                    (int) number("warmup"),
                    sequence,
                    tokens,
                    tokens,
                    real("weight-decay"),
                    real("clip"),
                    real("beta1"),
                    real("beta2"),
                    real("epsilon"));
            TrainingOptionsBuilder options = TrainingOptions.of(recipe);
            if (settings.containsKey(LORA)) {
                options.adapters(new Tuning.LowRank(globs(LORA), (int) number("lora-rank"), real("lora-alpha")));
            }
            if (settings.containsKey(LOSS_CHUNK)) {
                options.lossChunk((int) number(LOSS_CHUNK));
            }
            return options.groups(split(settings.getOrDefault("group", ""))
                            .map(ParameterGroup::parse)
                            .toList())
                    .freeze(globs("freeze"))
                    .steps(number("steps"))
                    .warmup(number("warmup"))
                    .accumulate((int) number("accumulate"))
                    .seed(number("seed"))
                    .validationShare(real("validation-share"))
                    .documents(Documents.named(text("documents")))
                    .validateEvery(number("validate-every"))
                    .sampleEvery(number("sample-every"))
                    .checkpointEvery(number("checkpoint-every"))
                    .plan(plan())
                    .precision(Precision.named(settings.getOrDefault(PRECISION, Precision.F32.toString())))
                    .device(text("device"))
                    .workers((int) number("workers"));
        }

        /** One of a user's own is not in the file: nobody can go on with it who does not name another. */
        private PlanRequest plan() {
            String name = text(PLAN);
            PlanRequest request = PlanNames.isKnown(name)
                    ? PlanNames.parse(name)
                    : PlanRequest.of(name, choice -> {
                        throw QuipuException.of(
                                "a plan with a name",
                                "'" + name + "', the run's own",
                                "--plan",
                                "any gives the same weights");
                    });
            return PlanNames.with(request, globs(SAVED), globs(RECOMPUTED));
        }

        private List<Glob> globs(String name) {
            return split(settings.getOrDefault(name, "")).map(Glob::new).toList();
        }

        String text(String name) {
            String value = settings.get(name);
            if (value == null) {
                throw QuipuException.of("a setting " + name, "none", "checkpoint", "the checkpoint is damaged");
            }
            return value;
        }

        private long number(String name) {
            try {
                return Long.parseLong(text(name));
            } catch (NumberFormatException e) {
                throw damaged(name, e);
            }
        }

        private double real(String name) {
            try {
                return Double.parseDouble(text(name));
            } catch (NumberFormatException e) {
                throw damaged(name, e);
            }
        }

        private QuipuException damaged(String name, NumberFormatException cause) {
            return new QuipuException(
                    "checkpoint: expected a number for the setting " + name + ", found '" + settings.get(name)
                            + "'; the checkpoint is damaged",
                    cause);
        }
    }
}
