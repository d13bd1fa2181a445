package dev.quipu.compiler.draw;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Reshape;
import java.util.ArrayList;
import java.util.List;

/** The text in a box, in Graphviz's subset of HTML. */
final class BoxLabel {
    private static final int WIDEST_LINE = 44;

    private BoxLabel() {}

    /** @param name of the layer whose frame is left out because this is all it has; empty where there is a frame */
    static String html(Box box, String name) {
        if (box.look() == Box.Look.VIEW) {
            return faint(Captions.dimensions(box.head().types().getFirst()));
        }
        List<String> lines = new ArrayList<>();
        if (!name.isEmpty()) {
            lines.add("<i>" + escaped(name) + "</i>");
        }
        List<Type> types = new ArrayList<>();
        for (Node node : box.nodes()) {
            boolean view = node.op() instanceof Reshape && box.nodes().size() > 1;
            if (!view) {
                boolean effect = node.types().isEmpty();
                wrapped(Captions.of(node)).forEach(line -> lines.add(effect ? faint(line) : bold(line)));
            }
            types.addAll(node.types().isEmpty() ? List.of() : node.types().subList(0, 1));
        }
        box.sources().forEach(source -> lines.add(faint(source(source, box))));
        if (!types.isEmpty()) {
            lines.add(faint(Captions.dimensions(types.getLast())));
        }
        return String.join("<br/>", lines);
    }

    private static String source(Node source, Box box) {
        String caption = Captions.of(source);
        String prefix = box.head().site().layer() + ".";
        return source.op() instanceof ReadState && caption.startsWith(prefix)
                ? caption.substring(prefix.length()) + " " + source.types().getFirst().shape()
                : caption;
    }

    private static String bold(String text) {
        return "<b>" + escaped(text) + "</b>";
    }

    static String faint(String text) {
        return "<font color=\"" + Palette.FAINT_TEXT + "\" point-size=\"9\">" + escaped(text) + "</font>";
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
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
