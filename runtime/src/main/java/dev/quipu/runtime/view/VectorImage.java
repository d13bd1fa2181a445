package dev.quipu.runtime.view;

import java.awt.Dimension;
import java.awt.Graphics2D;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.w3c.dom.Document;

/** Drawings written as SVG. */
public final class VectorImage {
    private static final String SVG_NAMESPACE = "http://www.w3.org/2000/svg";

    private VectorImage() {}

    /** Writes what is painted. Where Java finds no fonts, its failures come through. */
    public static void write(Path file, int width, int height, Consumer<Graphics2D> painting) throws IOException {
        try (Writer output = Files.newBufferedWriter(file)) {
            SVGGraphics2D graphics = new SVGGraphics2D(emptySvg());
            graphics.setSVGCanvasSize(new Dimension(width, height));
            painting.accept(graphics);
            graphics.stream(output, true);
        }
    }

    private static Document emptySvg() {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(SVG_NAMESPACE, "svg", null);
        } catch (ParserConfigurationException e) {
            throw new AssertionError("every JDK makes XML documents", e);
        }
    }
}
