package dev.quipu.compiler.draw;

import static guru.nidi.graphviz.model.Factory.mutGraph;
import static guru.nidi.graphviz.model.Factory.mutNode;
import static guru.nidi.graphviz.model.Factory.to;

import dev.quipu.dsl.Site;
import guru.nidi.graphviz.attribute.Label;
import guru.nidi.graphviz.model.Link;
import guru.nidi.graphviz.model.MutableGraph;
import guru.nidi.graphviz.model.MutableNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A picture in the DOT language: a frame for each layer with more than one box, nested as the layers are. */
final class DotWriter {
    private final Picture picture;
    private final MutableGraph root;
    private final Map<LayerPath, MutableGraph> frames = new HashMap<>();
    private final Map<LayerPath, Boolean> framed = new LinkedHashMap<>();

    private DotWriter(Picture picture) {
        this.picture = picture;
        this.root = mutGraph(picture.name()).setDirected(true);
    }

    static MutableGraph graph(Picture picture) {
        DotWriter writer = new DotWriter(picture);
        writer.decideFrames();
        writer.writeDefaults();
        picture.boxes().forEach(writer::writeBox);
        picture.results().forEach(writer::writeResults);
        picture.arrows().forEach(writer::writeArrow);
        return writer.root;
    }

    /** A layer whose own boxes are one forward box and its gradients needs no frame; the boxes bear its name. */
    private void decideFrames() {
        Map<LayerPath, Integer> computations = new HashMap<>();
        for (Box box : picture.boxes()) {
            boolean counts = box.look() == Box.Look.COMPUTATION && box.pass() == Site.Pass.FORWARD;
            LayerPath path = box.layer();
            if (!path.isTop()) {
                computations.merge(path, counts ? 1 : 0, Integer::sum);
                for (LayerPath above = path.parent(); !above.isTop(); above = above.parent()) {
                    computations.merge(above, 2, Integer::sum);
                }
            }
        }
        computations.forEach(
                (path, count) -> framed.put(path, count > 1 || picture.frames().containsKey(path)));
    }

    private void writeDefaults() {
        var graph = root.graphAttrs();
        graph.add("fontname", Engine.FONT);
        graph.add("fontsize", 11);
        graph.add("fontcolor", Palette.TEXT);
        graph.add("nodesep", 0.22);
        graph.add("ranksep", 0.3);
        graph.add("bgcolor", "white");
        graph.add("label", Label.html(BoxLabel.title(picture)));
        graph.add("labelloc", "t");
        var nodes = root.nodeAttrs();
        nodes.add("fontname", Engine.FONT);
        nodes.add("fontsize", 11);
        nodes.add("fontcolor", Palette.TEXT);
        nodes.add("shape", "box");
        nodes.add("style", "rounded,filled");
        nodes.add("margin", "0.12,0.06");
        nodes.add("height", 0.3);
        var links = root.linkAttrs();
        links.add("fontname", Engine.FONT);
        links.add("fontsize", 8);
        links.add("fontcolor", Palette.FAINT_TEXT);
        links.add("arrowsize", 0.6);
    }

    private MutableGraph frame(LayerPath path) {
        if (path.isTop()) {
            return root;
        }
        if (!framed.getOrDefault(path, false)) {
            return frame(path.parent());
        }
        MutableGraph known = frames.get(path);
        if (known != null) {
            return known;
        }
        MutableGraph parent = frame(path.parent());
        String repeated = picture.frames().get(path);
        Palette palette = repeated == null ? Palette.FRAME : Palette.BLOCK;
        MutableGraph frame = mutGraph(path.toString()).setCluster(true);
        var look = frame.graphAttrs();
        look.add("label", repeated == null ? path.name() : repeated);
        look.add("labeljust", "l");
        look.add("fontsize", repeated == null ? 10 : 13);
        look.add("style", "rounded,filled");
        look.add("fillcolor", palette.fill());
        look.add("color", palette.line());
        look.add("penwidth", repeated == null ? 1 : 2);
        look.add("margin", 10);
        parent.add(frame);
        frames.put(path, frame);
        return frame;
    }

    private void writeBox(Box box) {
        LayerPath path = box.layer();
        boolean named = box.look() == Box.Look.COMPUTATION && !path.isTop() && !framed.get(path);
        MutableNode node = mutNode(box.id()).add(Label.html(BoxLabel.html(box, named ? path.name() : "")));
        Palette palette = Palette.of(box.pass());
        switch (box.look()) {
            case COMPUTATION -> node.add("fillcolor", palette.fill()).add("color", palette.line());
            case INPUT ->
                node.add("shape", "ellipse")
                        .add("fillcolor", "white")
                        .add("color", palette.line())
                        .add("penwidth", 1.6);
            case STATE ->
                node.add("shape", "ellipse")
                        .add("fillcolor", Palette.STATE.fill())
                        .add("color", Palette.STATE.line())
                        .add("fontsize", 9)
                        .add("margin", "0.02,0.02");
        }
        frame(path).add(node);
    }

    private void writeResults(Box box, List<String> names) {
        for (String name : names) {
            String id = "result " + name;
            root.add(mutNode(id)
                    .add(Label.of(name))
                    .add("shape", "ellipse")
                    .add("fillcolor", "white")
                    .add("color", Palette.of(box.pass()).line())
                    .add("penwidth", 2.2));
            link(box.id(), to(mutNode(id)).with("color", Palette.of(box.pass()).line()));
        }
    }

    /** The backward pass mirrors the forward pass beside it: its arrows are laid out from head to tail. */
    private void writeArrow(Arrow arrow) {
        String from = arrow.from().id();
        String to = arrow.to().id();
        switch (arrow.kind()) {
            case FLOW ->
                link(
                        from,
                        labelled(to, arrow)
                                .with("color", Palette.of(arrow.to().pass()).line()));
            case GRADIENT ->
                link(
                        to,
                        labelled(from, arrow)
                                .with("dir", "back")
                                .with("color", Palette.of(Site.Pass.BACKWARD).line()));
            case SAVED -> {
                // what runs again stands below what it is made from, and so beside what it repeats
                boolean places = arrow.to().pass() == Site.Pass.RECOMPUTED;
                link(from, thin(to, Palette.SAVED).with("constraint", places));
            }
            case REBUILT -> link(from, thin(to, Palette.REBUILT).with("constraint", false));
            case NEXT ->
                link(
                        from,
                        labelled(to, arrow)
                                .with("color", Palette.of(arrow.to().pass()).line())
                                .with("style", "dashed")
                                .with("constraint", false));
        }
    }

    /** From one column of the page to another. */
    private static Link thin(String target, String color) {
        return to(mutNode(target)).with("color", color).with("penwidth", 0.8).with("arrowsize", 0.4);
    }

    private static Link labelled(String target, Arrow arrow) {
        Link link = to(mutNode(target));
        return arrow.label().isEmpty() ? link : link.with("label", arrow.label());
    }

    // links stand outside the frames: a node belongs to the frame that names it first
    private void link(String tail, Link link) {
        root.add(mutNode(tail).addLink(link));
    }
}
