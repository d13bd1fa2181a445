package dev.quipu.compiler.draw;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import guru.nidi.graphviz.model.MutableGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A graph as a picture. Layers are frames; a repeated block is drawn once, its frame says how often it stands; the forward
 * pass runs down the page in blue and the backward pass up beside it in orange; parameters are lines in the boxes that read
 * them.
 */
public final class GraphDrawing {
    private final MutableGraph graph;

    private GraphDrawing(Picture picture) {
        this.graph = DotWriter.graph(picture);
    }

    /** Every node by itself. */
    public static GraphDrawing of(Graph graph) {
        return new GraphDrawing(new PictureBuilder(graph, List.of()).build());
    }

    /** Nodes that run as one kernel in one box. */
    public static GraphDrawing of(Graph graph, List<Cluster> clusters) {
        List<List<Node>> kernels = clusters.stream().map(Cluster::nodes).toList();
        return new GraphDrawing(new PictureBuilder(graph, kernels).build());
    }

    /** The picture in Graphviz's DOT language; needs no Graphviz. */
    public String dot() {
        return graph.toString();
    }

    /** The picture as SVG, laid out by Graphviz. */
    public String svg() throws IOException {
        return Engine.svg(graph);
    }

    /**
     * Writes the picture; the file's name ends in {@code .svg}, {@code .png} or {@code .dot}.
     *
     * @throws QuipuException for another ending, or where no layout engine runs
     */
    public void write(Path file) throws IOException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".dot")) {
            Files.writeString(file, dot());
        } else if (name.endsWith(".svg")) {
            Files.writeString(file, svg());
        } else if (name.endsWith(".png")) {
            ImageIO.write(Engine.image(graph), "png", file.toFile());
        } else {
            throw QuipuException.of("a file name ending in .svg, .png or .dot", name, "drawing", "");
        }
    }
}
