package dev.quipu.runtime.cli;

import dev.quipu.runtime.check.KernelVerdict;
import dev.quipu.runtime.emulator.Fault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code ./quipu check} prints of its verdicts. */
final class Verdicts {
    private Verdicts() {}

    /** A line for each kernel, the faults below it, and a line about all. */
    static String text(List<KernelVerdict> verdicts) {
        int width = verdicts.stream()
                .mapToInt(verdict -> verdict.name().length())
                .max()
                .orElse(1);
        StringBuilder text = new StringBuilder();
        for (KernelVerdict verdict : verdicts) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s  %-" + width + "s  %d %s%n",
                    verdict.isClean() ? "clean" : "FAULT",
                    verdict.name(),
                    verdict.launches(),
                    verdict.launches() == 1 ? "launch" : "launches"));
            verdict.faults()
                    .forEach(fault -> text.append("       ").append(fault).append(System.lineSeparator()));
        }
        long faulty = verdicts.stream().filter(verdict -> !verdict.isClean()).count();
        return text.append(
                        faulty == 0
                                ? "all " + verdicts.size() + " kernels are clean"
                                : faulty + " of " + verdicts.size() + " kernels have faults")
                .append(System.lineSeparator())
                .toString();
    }

    /** For JSON. */
    static List<Map<String, Object>> values(List<KernelVerdict> verdicts) {
        return verdicts.stream().map(Verdicts::values).toList();
    }

    private static Map<String, Object> values(KernelVerdict verdict) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", verdict.name());
        values.put("launches", verdict.launches());
        values.put("clean", verdict.isClean());
        values.put("faults", verdict.faults().stream().map(Verdicts::values).toList());
        return values;
    }

    private static Map<String, Object> values(Fault fault) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("kind", fault.kind().toString());
        fault.origin().ifPresent(origin -> {
            values.put("class", origin.type().getSimpleName());
            values.put("method", origin.method());
            values.put("line", origin.line());
        });
        fault.workItem().ifPresent(item -> {
            values.put("workGroup", item.group());
            values.put("workItem", item.item());
        });
        fault.access().ifPresent(element -> {
            values.put("array", element.array());
            values.put("index", element.index());
        });
        values.put("detail", fault.detail());
        return values;
    }
}
