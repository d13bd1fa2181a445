package dev.quipu.runtime.cli;

import dev.quipu.runtime.check.KernelVerdict;
import dev.quipu.runtime.check.ProgramVerdict;
import dev.quipu.runtime.emulator.Fault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code ./quipu check} prints of its verdicts. */
final class Verdicts {
    private Verdicts() {}

    static boolean areClean(List<ProgramVerdict> verdicts) {
        return verdicts.stream().allMatch(ProgramVerdict::isClean);
    }

    /** For each program a line for each kernel, with the faults below it; and a line about all. */
    static String text(List<ProgramVerdict> verdicts) {
        List<KernelVerdict> kernels = kernels(verdicts);
        int width = kernels.stream()
                .mapToInt(kernel -> kernel.name().length())
                .max()
                .orElse(1);
        StringBuilder text = new StringBuilder();
        for (ProgramVerdict verdict : verdicts) {
            text.append(verdict.program())
                    .append(verdict.refusal()
                            .map(reason -> ": left out: " + reason)
                            .orElse(""))
                    .append(System.lineSeparator());
            verdict.kernels().forEach(kernel -> append(text, kernel, width));
        }
        long faulty = kernels.stream().filter(kernel -> !kernel.isClean()).count();
        return text.append(
                        faulty == 0
                                ? "all " + kernels.size() + " kernels are clean"
                                : faulty + " of " + kernels.size() + " kernels have faults")
                .append(System.lineSeparator())
                .toString();
    }

    private static List<KernelVerdict> kernels(List<ProgramVerdict> verdicts) {
        return verdicts.stream().flatMap(verdict -> verdict.kernels().stream()).toList();
    }

    private static void append(StringBuilder text, KernelVerdict kernel, int width) {
        text.append(String.format(
                Locale.ROOT,
                "  %s  %-" + width + "s  %d %s%n",
                kernel.isClean() ? "clean" : "FAULT",
                kernel.name(),
                kernel.launches(),
                kernel.launches() == 1 ? "launch" : "launches"));
        kernel.faults().forEach(fault -> text.append("         ").append(fault).append(System.lineSeparator()));
    }

    /** For JSON. */
    static List<Map<String, Object>> values(List<ProgramVerdict> verdicts) {
        return verdicts.stream().map(Verdicts::values).toList();
    }

    private static Map<String, Object> values(ProgramVerdict verdict) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("program", verdict.program());
        verdict.refusal().ifPresentOrElse(reason -> values.put("leftOut", reason), () -> {
            values.put("clean", verdict.isClean());
            values.put(
                    "kernels", verdict.kernels().stream().map(Verdicts::values).toList());
        });
        return values;
    }

    private static Map<String, Object> values(KernelVerdict kernel) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", kernel.name());
        values.put("launches", kernel.launches());
        values.put("clean", kernel.isClean());
        values.put("faults", kernel.faults().stream().map(Verdicts::values).toList());
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
