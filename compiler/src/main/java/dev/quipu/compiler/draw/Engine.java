package dev.quipu.compiler.draw;

import dev.quipu.dsl.QuipuException;
import guru.nidi.graphviz.engine.Graphviz;
import guru.nidi.graphviz.engine.GraphvizCmdLineEngine;
import guru.nidi.graphviz.engine.GraphvizException;
import guru.nidi.graphviz.engine.GraphvizV8Engine;
import guru.nidi.graphviz.model.MutableGraph;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Graphviz: the {@code dot} program where it is installed, else its JavaScript build in an embedded V8. */
final class Engine {
    // bytes of heap for the JavaScript build; its default is too small for a few hundred boxes
    private static final int LEAST_MEMORY = 64 << 20;
    private static final int MEMORY_PER_ITEM = 256 << 10;
    private static boolean started;

    private Engine() {}

    /** @param size number of boxes and arrows */
    static Graphviz render(MutableGraph graph, int size) {
        start();
        return Graphviz.fromGraph(graph).totalMemory(Math.max(LEAST_MEMORY, Math.multiplyExact(size, MEMORY_PER_ITEM)));
    }

    private static synchronized void start() {
        if (started) {
            return;
        }
        try {
            // V8 unpacks its native library there
            Path folder = Files.createTempDirectory("quipu-v8");
            Graphviz.useEngine(new GraphvizCmdLineEngine(), new GraphvizV8Engine(folder.toString()));
            started = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GraphvizException e) {
            throw new QuipuException("drawing: no Graphviz here: install it so that 'dot' is on the PATH; .dot needs none", e);
        }
    }
}
