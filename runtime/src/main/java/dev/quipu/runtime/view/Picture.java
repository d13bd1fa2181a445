package dev.quipu.runtime.view;

import dev.quipu.dsl.QuipuException;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.w3c.dom.Document;

/** What is painted, written as SVG or PNG: the ending of the file's name says which. */
public final class Picture {
    private static final String SVG_NAMESPACE = "http://www.w3.org/2000/svg";
    private static final List<String> ENDINGS = List.of("svg", "png");
    private static final int PNG_SCALE = 2;

    private Picture() {}

    /**
     * The file, if a picture can be written to it.
     *
     * @throws QuipuException if its name does not end in {@code .svg} or {@code .png}, or its folder is not there
     */
    public static Path checked(Path file) {
        if (!ENDINGS.contains(ending(file))) {
            throw QuipuException.of("a file name ending in .svg or .png", file.toString(), "--out", "");
        }
        if (!Files.isDirectory(file.toAbsolutePath().getParent()) || Files.isDirectory(file)) {
            throw QuipuException.of("a file in a folder that exists", file.toString(), "--out", "");
        }
        return file;
    }

    private static String ending(Path file) {
        String path = file.toString();
        return path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /**
     * Writes a picture.
     *
     * @param file as {@link #checked} wants it
     * @param width in points; a PNG has two pixels for each
     * @throws QuipuException where Java finds no fonts, so that it cannot draw text; the file is not there then
     */
    public static void write(Path file, int width, int height, Consumer<Graphics2D> painting) throws IOException {
        try {
            if (ending(file).equals("svg")) {
                writeVectors(file, width, height, painting);
            } else {
                writePixels(file, width, height, painting);
            }
        } catch (LinkageError | InternalError | IllegalStateException | NullPointerException e) {
            // The forms in which a JDK without fontconfig or fonts fails, by version.
            Files.deleteIfExists(file);
            throw new QuipuException(
                    file + ": Java finds no fonts to draw with (" + e + "); install fontconfig and a font", e);
        }
    }

    private static void writeVectors(Path file, int width, int height, Consumer<Graphics2D> painting)
            throws IOException {
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

    private static void writePixels(Path file, int width, int height, Consumer<Graphics2D> painting)
            throws IOException {
        BufferedImage image = new BufferedImage(PNG_SCALE * width, PNG_SCALE * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.scale(PNG_SCALE, PNG_SCALE);
        painting.accept(graphics);
        graphics.dispose();
        // A stream of our own: ImageIO says neither which file nor why when it cannot open one itself.
        try (var output = Files.newOutputStream(file)) {
            ImageIO.write(image, "png", output);
        }
    }
}
