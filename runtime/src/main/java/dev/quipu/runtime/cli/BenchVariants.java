package dev.quipu.runtime.cli;

import dev.quipu.runtime.training.Progress;
import dev.quipu.runtime.view.Quantity;
import dev.quipu.runtime.view.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Variants of a model beside each other. Each is measured in a process of its own: what one has compiled, allocated or taught the
 * JIT changes nothing for the next.
 *
 * @param rows what differs, by key
 * @param results what {@code bench --json} says of each
 */
record BenchVariants(List<Map<String, String>> rows, List<JsonNode> results) {
    private static final String ATTENTION = "attention";
    private static final String UNKNOWN = "-";

    /**
     * Measures.
     *
     * @param call the whole command line, without what varies
     */
    static BenchVariants measure(List<String> call, List<Map<String, String>> rows) {
        List<JsonNode> results = new ArrayList<>();
        try (Progress progress = Progress.start("bench", "variants", rows.size())) {
            for (Map<String, String> row : rows) {
                progress.update(results.size(), () -> row.toString());
                List<String> arguments = Stream.concat(call.stream(), VariantOptions.arguments(row).stream())
                        .toList();
                results.add(JsonMapper.shared().readTree(OwnProcess.output(arguments)));
            }
            progress.update(rows.size(), () -> "");
        }
        return new BenchVariants(rows, results);
    }

    /** An object with each variant's, and what differs under {@code variant}. */
    String json() {
        ArrayNode variants = JsonMapper.shared().createArrayNode();
        for (int i = 0; i < rows.size(); i++) {
            ObjectNode values = variants.addObject();
            values.putPOJO("variant", rows.get(i));
            values.setAll((ObjectNode) results.get(i));
        }
        return JsonMapper.shared()
                .writeValueAsString(JsonMapper.shared().createObjectNode().set("variants", variants));
    }

    String text() {
        List<String> keys = List.copyOf(rows.getFirst().keySet());
        TextTable table = new TextTable("r".repeat(keys.size() + 11));
        List<Object> heading = new ArrayList<>(keys);
        heading.addAll(List.of("tokens/s", "step ms", "FLOP/s", "of ceiling", "attention us a token"));
        heading.addAll(List.of("weights ms", "compile ms", "memory ms", "first step ms", "peak", "resident"));
        table.row(heading.toArray());
        for (int i = 0; i < rows.size(); i++) {
            List<Object> cells = new ArrayList<>(rows.get(i).values());
            cells.addAll(cells(results.get(i)));
            table.row(cells.toArray());
        }
        return table.text();
    }

    private static List<String> cells(JsonNode result) {
        JsonNode start = result.path("start");
        JsonNode share = result.path("roofline").path("share");
        JsonNode resident = result.path("residentBytes");
        return List.of(
                number("%.0f", result.path("tokensPerSecond").asDouble()),
                number("%.1f", result.path("stepMillis").asDouble()),
                Quantity.flops(result.path("flopsPerSecond").asDouble()),
                share.isNumber() ? Quantity.percent(share.asDouble(), 1) : UNKNOWN,
                attention(result),
                number("%.0f", start.path("weightMillis").asDouble()),
                number("%.0f", start.path("compileMillis").asDouble()),
                number("%.0f", start.path("memoryMillis").asDouble()),
                number("%.0f", start.path("firstStepMillis").asDouble()),
                Quantity.bytes(result.path("peakBytes").asLong()),
                resident.isNumber() ? Quantity.bytes(resident.asLong()) : UNKNOWN);
    }

    /** Forward and backward. */
    private static String attention(JsonNode result) {
        if (result.path("kinds").isMissingNode()) {
            return UNKNOWN;
        }
        double millis = result.path("kinds")
                .valueStream()
                .filter(kind -> kind.path("kind").asString().startsWith(ATTENTION))
                .mapToDouble(kind -> kind.path("millis").asDouble())
                .sum();
        return number(
                "%.2f",
                1e3
                        * millis
                        / result.path("batch").asDouble()
                        / result.path("sequence").asDouble());
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
