package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.model.ModelSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** Sizes other than the model's own. */
final class VariantOptions {
    static final String VARY = "--vary";
    static final String SET = "--set";
    private static final String JSON = "--json";

    /** Keys that have options of their own. */
    private static final Set<String> OF_BATCH = Set.of("batch", "seq");

    @Option(
            names = SET,
            paramLabel = "KEY=VALUE",
            description = {
                "Another size of the model: a key of its config.json, such as num_hidden_layers, or width, which is"
                        + " hidden_size and in proportion intermediate_size and the numbers of heads.",
                "May be repeated."
            })
    private List<String> set = List.of();

    @Option(
            names = VARY,
            paramLabel = "KEY=V1,V2,...",
            description = {
                "A table with a row for each value, each measured in a process of its own. KEY as for --set, or batch,"
                        + " or seq.",
                "May be repeated: the first values make the first row, and so on."
            })
    private List<String> vary = List.of();

    /** The model with the sizes that are set. */
    ModelSource applyTo(ModelSource source) {
        Map<String, String> sizes = new LinkedHashMap<>();
        for (String setting : set) {
            put(sizes, SET, key(SET, setting), setting.substring(setting.indexOf('=') + 1));
        }
        return source.with(sizes);
    }

    boolean varies() {
        return !vary.isEmpty();
    }

    /**
     * The values of each row, by key, in order.
     *
     * @throws QuipuException if they are not as many for each key, or if there is no such variant of the model
     */
    List<Map<String, String>> rows(ModelSource source) {
        List<Map<String, String>> rows = rows();
        for (Map<String, String> row : rows) {
            Map<String, String> sizes = new LinkedHashMap<>(row);
            sizes.keySet().removeAll(OF_BATCH);
            source.with(sizes);
            OF_BATCH.stream().filter(row::containsKey).forEach(key -> requirePositive(key, row.get(key)));
        }
        return rows;
    }

    private static void requirePositive(String key, String value) {
        if (!value.matches("[1-9][0-9]{0,8}")) {
            throw QuipuException.of("a whole number of at least 1", value, VARY + " " + key, "");
        }
    }

    private List<Map<String, String>> rows() {
        List<Map<String, String>> rows = new ArrayList<>();
        for (String list : vary) {
            String key = key(VARY, list);
            String[] values = list.substring(key.length() + 1).split(",", -1);
            if (!rows.isEmpty() && rows.size() != values.length) {
                throw QuipuException.of(
                        rows.size() + " values, as for "
                                + rows.getFirst().keySet().iterator().next(),
                        Integer.toString(values.length),
                        VARY + " " + key,
                        "");
            }
            for (int i = 0; i < values.length; i++) {
                if (rows.size() == i) {
                    rows.add(new LinkedHashMap<>());
                }
                put(rows.get(i), VARY, key, values[i].strip());
            }
        }
        return rows;
    }

    private static String key(String option, String text) {
        int end = text.indexOf('=');
        if (end < 1 || end == text.length() - 1) {
            throw QuipuException.of(option.equals(SET) ? "KEY=VALUE" : "KEY=V1,V2,...", text, option, "");
        }
        return text.substring(0, end);
    }

    private static void put(Map<String, String> values, String option, String key, String value) {
        if (values.put(key, value) != null) {
            throw QuipuException.of("each key once", key + " twice", option, "");
        }
    }

    /**
     * A command line that says nothing of rows any more, for a program to read what it prints.
     *
     * @throws QuipuException if it says what rows do, or asks for what a row has no room for
     */
    List<String> callWithoutRows(List<String> arguments) {
        List<String> call = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String name = arguments.get(i).split("=", 2)[0];
            if (name.equals("--profile") || name.equals("--trace")) {
                throw QuipuException.of("no " + name, arguments.get(i), VARY, "measure one variant with " + SET);
            }
            boolean varied = vary.stream()
                    .map(list -> option(key(VARY, list)))
                    .anyMatch(option -> !option.equals(SET) && option.equals(name));
            if (varied) {
                throw QuipuException.of("each key once", name + " as well", VARY, "");
            }
            if (name.equals(VARY)) {
                i += arguments.get(i).equals(VARY) ? 1 : 0;
            } else if (!name.equals(JSON)) {
                call.add(arguments.get(i));
            }
        }
        call.add(JSON);
        return call;
    }

    /** What a call with a row's values has on its command line. */
    static List<String> arguments(Map<String, String> row) {
        List<String> arguments = new ArrayList<>();
        row.forEach((key, value) -> {
            String option = option(key);
            arguments.add(option);
            arguments.add(option.equals(SET) ? key + "=" + value : value);
        });
        return arguments;
    }

    private static String option(String key) {
        return OF_BATCH.contains(key) ? "--" + key : SET;
    }
}
