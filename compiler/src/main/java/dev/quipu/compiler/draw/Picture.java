package dev.quipu.compiler.draw;

import dev.quipu.compiler.block.RepeatedBlocks;
import java.util.List;
import java.util.Map;

/**
 * What a drawing shows, before anything is laid out.
 *
 * @param results names of the results that a box gives
 * @param frames labels of the frames around the first instances of repeated blocks
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
        results = Map.copyOf(results);
        frames = Map.copyOf(frames);
    }

    /** The frame of a block and what it says: {@code layers.0 ... layers.31 (x32)}. */
    static Map.Entry<LayerPath, String> frame(RepeatedBlocks.Block block) {
        String path = block.path().isEmpty() ? "" : block.path() + ".";
        String first = path + block.first();
        String last = path + (block.first() + block.count() - 1);
        return Map.entry(LayerPath.of(first), first + " ... " + last + " (x" + block.count() + ")");
    }
}
