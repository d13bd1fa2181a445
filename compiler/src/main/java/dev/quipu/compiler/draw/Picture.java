package dev.quipu.compiler.draw;

import java.util.List;
import java.util.Map;

/**
 * What a drawing shows, before anything is laid out.
 *
 * @param results names of the results that a box gives
 * @param frames labels of the frames around the first instances of repeated blocks: {@code layers.0 ... layers.31 (x32)}
 */
record Picture(
        String name,
        List<Box> boxes,
        List<Arrow> arrows,
        Map<Box, List<String>> results,
        Map<LayerPath, String> frames) {
    Picture {
        boxes = List.copyOf(boxes);
        arrows = List.copyOf(arrows);
    }
}
