package dev.quipu.runtime.cli;

import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.runtime.bench.DecodeBenchmark;
import dev.quipu.runtime.device.Ceilings;
import dev.quipu.runtime.view.Quantity;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What {@code bench --decode} shows. */
record DecodeBench(
        String model,
        String device,
        WeightStorage weights,
        Precision precision,
        DecodeBenchmark.Result result,
        Optional<Ceilings> ceilings) {
    /** For programs. */
    Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model", model);
        values.put("device", device);
        values.put("weights", weights.toString());
        values.put("precision", precision.toString());
        values.put("batch", result.batch());
        values.put("prompt", result.prompt());
        values.put("tokens", result.tokens());
        values.put("tokensPerSecond", result.tokensPerSecond());
        values.put("stepMillis", result.stepMillis());
        values.put("fastestStepMillis", result.fastestMillis());
        values.put("slowestStepMillis", result.slowestMillis());
        values.put("prefillTokensPerSecond", result.prefillTokensPerSecond());
        values.put("weightBytes", result.weightBytes());
        values.put("weightBytesPerSecond", result.bytesPerSecond());
        ceilings.ifPresent(known -> {
            values.put("readBytesPerSecond", known.readBytesPerSecond());
            values.put("readShare", result.bytesPerSecond() / known.readBytesPerSecond());
        });
        values.put("residentBytes", result.residentBytes());
        return values;
    }

    /** For people. */
    String text() {
        String share = ceilings.map(known -> String.format(
                        Locale.ROOT,
                        ", %s of the %s/s that were read in this run",
                        Quantity.percent(result.bytesPerSecond(), known.readBytesPerSecond()),
                        Quantity.bytes(known.readBytesPerSecond())))
                .orElse("");
        return String.format(
                Locale.ROOT,
                "%s on %s, %s weights, %s products, decoding %d at a time: %.1f tokens/s, %.2f ms a step (median of"
                        + " %d; %.2f to %.2f)%n%s of weights a step, %s/s%s%nprefill of %d tokens each: %.0f tokens/s;"
                        + " weights and caches %s",
                model,
                device,
                weights,
                precision,
                result.batch(),
                result.tokensPerSecond(),
                result.stepMillis(),
                result.tokens(),
                result.fastestMillis(),
                result.slowestMillis(),
                Quantity.bytes(result.weightBytes()),
                Quantity.bytes(result.bytesPerSecond()),
                share,
                result.prompt(),
                result.prefillTokensPerSecond(),
                Quantity.bytes(result.residentBytes()));
    }
}
