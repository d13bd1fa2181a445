package dev.quipu.runtime.tornado;

import dev.quipu.codegen.tornado.StateLayout;
import dev.quipu.dsl.Type;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** State of layers one behind the other, as a device lays it out. */
final class Layout {
    private static final Pattern LAYER = Pattern.compile("(layers\\.)(\\d+)(\\..*)");

    private Layout() {}

    static StateLayout of(Map<String, Type> states) {
        return name -> {
            long elements = states.get(name).shape().elements();
            Matcher layer = LAYER.matcher(name);
            if (!layer.matches()) {
                return new StateLayout.Part(name, elements, 0);
            }
            long layers = states.keySet().stream()
                    .filter(other -> other.replaceFirst("\\d+", "*").equals(name.replaceFirst("\\d+", "*")))
                    .count();
            return new StateLayout.Part(
                    layer.group(1) + "*" + layer.group(3),
                    layers * elements,
                    Integer.parseInt(layer.group(2)) * elements);
        };
    }
}
