package dev.quipu.runtime.chat.jinja;

import java.util.List;

/** The variable {@code loop}. */
record LoopState(List<Object> items, int index) {
    Object attribute(String name) {
        int size = items.size();
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) (size - index);
            case "revindex0" -> size - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == size - 1;
            case "length" -> (long) size;
            case "previtem" -> index == 0 ? Nothing.UNDEFINED : items.get(index - 1);
            case "nextitem" -> index == size - 1 ? Nothing.UNDEFINED : items.get(index + 1);
            case "cycle" -> (Callable) (values, named) -> values.get(index % values.size());
            default -> throw Python.refused("an attribute of loop that is supported", name);
        };
    }
}
