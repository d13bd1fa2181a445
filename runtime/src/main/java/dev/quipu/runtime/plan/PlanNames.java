package dev.quipu.runtime.plan;

import dev.quipu.compiler.checkpoint.Decision;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.checkpoint.Policy;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.view.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Plan requests as people write them: {@code saveAll}, {@code paper}, {@code budget=2.5GiB}. */
public final class PlanNames {
    private static final String BUDGET = "budget=";

    private PlanNames() {}

    /**
     * The request of a name.
     *
     * @throws dev.quipu.dsl.QuipuException with the nearest names for one that is not known
     */
    public static PlanRequest parse(String name) {
        if (name.startsWith(BUDGET)) {
            long bytes = ByteSize.parse(name.substring(BUDGET.length()), "budget");
            return new PlanRequest(name, Policy.FREE, OptionalLong.of(bytes), List.of());
        }
        return PlanRequest.NAMED.stream()
                .filter(request -> request.name().equals(name))
                .findFirst()
                .orElseThrow(() -> NearestNames.unknown("a plan", name, known()));
    }

    /** Whether a name stands for the same plan everywhere. */
    public static boolean isKnown(String name) {
        return name.startsWith(BUDGET)
                || PlanRequest.NAMED.stream().anyMatch(request -> request.name().equals(name));
    }

    /** What can stand for a plan. */
    public static List<String> known() {
        List<String> names = new ArrayList<>();
        PlanRequest.NAMED.forEach(request -> names.add(request.name()));
        names.add(BUDGET + "SIZE");
        return names;
    }

    /** A request in a line: {@code paper, save layers.0.*}. */
    public static String describe(PlanRequest request) {
        StringBuilder line = new StringBuilder(request.name());
        for (Decision decision : List.of(Decision.SAVE, Decision.RECOMPUTE)) {
            List<Glob> names = names(request, decision);
            if (!names.isEmpty()) {
                line.append(decision == Decision.SAVE ? ", save " : ", recompute ");
                line.append(names.stream().map(Glob::text).collect(Collectors.joining(" ")));
            }
        }
        return line.toString();
    }

    /** The names that a request makes exceptions for. */
    public static List<Glob> names(PlanRequest request, Decision decision) {
        return request.orders().stream()
                .filter(order -> order.decision() == decision)
                .map(PlanRequest.Order::names)
                .toList();
    }

    /** A request with exceptions by name. */
    public static PlanRequest with(PlanRequest request, List<Glob> saved, List<Glob> recomputed) {
        PlanRequest exceptional = request;
        for (Glob names : saved) {
            exceptional = exceptional.save(names);
        }
        for (Glob names : recomputed) {
            exceptional = exceptional.recompute(names);
        }
        return exceptional;
    }
}
