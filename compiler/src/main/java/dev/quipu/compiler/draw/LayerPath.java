package dev.quipu.compiler.draw;

import java.util.ArrayList;
import java.util.List;

/** A layer's path as frames within frames: {@code layers.3.attention.wq} is {@code layers.3}, {@code attention}, {@code wq}. */
record LayerPath(List<String> segments) {
    static final LayerPath TOP = new LayerPath(List.of());

    LayerPath {
        segments = List.copyOf(segments);
    }

    static LayerPath of(String layer) {
        List<String> segments = new ArrayList<>();
        for (String part : layer.isEmpty() ? new String[0] : layer.split("\\.", -1)) {
            boolean element = part.matches("\\d+") && !segments.isEmpty();
            segments.add(element ? segments.removeLast() + "." + part : part);
        }
        return new LayerPath(segments);
    }

    boolean isTop() {
        return segments.isEmpty();
    }

    LayerPath parent() {
        return new LayerPath(segments.subList(0, segments.size() - 1));
    }

    String name() {
        return segments.getLast();
    }

    @Override
    public String toString() {
        return String.join(".", segments);
    }
}
