package dev.quipu.compiler.draw;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.ReadState;
import java.util.ArrayList;
import java.util.List;

/** The text in a box, in Graphviz's subset of HTML. */
final class BoxLabel {
    private static final int WIDEST_LINE = 44;

    private BoxLabel() {}

    /** @param name of the layer whose frame is left out because this is all it has; empty where there is a frame */
    static String html(Box box, String name) {
        List<String> lines = new ArrayList<>();
        if (!name.isEmpty()) {
            lines.add("<i>" + escaped(name) + "</i>");
        }
        List<Type> types = new ArrayList<>();
        for (Node node : box.nodes()) {
            boolean effect = node.types().isEmpty();
            wrapped(Captions.of(node)).forEach(line -> lines.add(effect ? faint(line) : strong(line)));
            types.addAll(effect ? List.of() : node.types().subList(0, 1));
        }
        box.sources().forEach(source -> lines.add(faint(source(source, box))));
        if (!types.isEmpty()) {
            lines.add(faint(Captions.dimensions(types.getLast())));
        }
        return String.join("<br/>", lines);
    }

    private static String source(Node source, Box box) {
        return source.op() instanceof ReadState read
                ? Captions.state(read.state(), box.head()) + " "
                        + source.types().getFirst().shape()
                : Captions.of(source);
    }

    /** The picture's name and what its colours and lines mean. */
    static String title(Picture picture) {
        List<String> legend = new ArrayList<>();
        if (picture.boxes().stream().anyMatch(box -> box.pass() == Site.Pass.BACKWARD)) {
            legend.add("blue runs forward, orange backward");
        }
        boolean again = picture.boxes().stream().anyMatch(box -> box.pass() == Site.Pass.RECOMPUTED);
        if (again) {
            legend.add("violet runs forward again, for the orange boxes that thin violet arrows lead to");
        }
        if (has(picture, Arrow.Kind.SAVED)) {
            legend.add("grey arrows: what is kept of the forward pass");
        }
        if (has(picture, Arrow.Kind.NEXT)) {
            legend.add("dashed: on to the next of a repeated block");
        }
        return strong(picture.name()) + (legend.isEmpty() ? "" : "<br/>" + faint(String.join("; ", legend)));
    }

    private static boolean has(Picture picture, Arrow.Kind kind) {
        return picture.arrows().stream().anyMatch(arrow -> arrow.kind() == kind);
    }

    // bold type would be wider than the boxes, which are sized for plain type
    private static String strong(String text) {
        return "<font point-size=\"12\">" + escaped(text) + "</font>";
    }

    private static String faint(String text) {
        return "<font color=\"" + Palette.FAINT_TEXT + "\" point-size=\"9\">" + escaped(text) + "</font>";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** Breaks between words, so that a long formula does not widen the picture. */
    private static List<String> wrapped(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + word.length() >= WIDEST_LINE) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
