package dev.quipu.compiler.draw;

import dev.quipu.dsl.QuipuException;
import guru.nidi.graphviz.engine.Format;
import guru.nidi.graphviz.engine.Graphviz;
import guru.nidi.graphviz.engine.GraphvizCmdLineEngine;
import guru.nidi.graphviz.engine.GraphvizException;
import guru.nidi.graphviz.engine.GraphvizV8Engine;
import guru.nidi.graphviz.engine.Renderer;
import guru.nidi.graphviz.model.MutableGraph;
import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Graphviz: the {@code dot} program where it is installed, else its JavaScript build in an embedded V8. */
final class Engine {
    /** Names and widths are Helvetica's, which Arial and Liberation Sans share. */
    static final String FONT = "Helvetica,Arial,sans-serif";

    // bytes of heap for the JavaScript build, whose default is too small for a few hundred boxes
    private static final int MEMORY = 256 << 20;

    private static final Pattern FONT_SIZE = Pattern.compile("font-size=\"([0-9.]+)\"");

    private static final String SAMPLE = "batch=2, sequence=16, channel=64";

    /** Width of the sample in Helvetica of size 1000, from Adobe's font metrics. */
    private static final double SAMPLE_WIDTH = 15_928;

    private static Path libraryFolder;

    private Engine() {}

    static String svg(MutableGraph graph) throws IOException {
        return rendered(graph, svg -> svg, Format.SVG, Renderer::toString);
    }

    static BufferedImage image(MutableGraph graph) throws IOException {
        try {
            double adjust = fontAdjust();
            return rendered(graph, svg -> resized(svg, adjust), Format.PNG, Renderer::toImage);
        } catch (LinkageError | InternalError e) { // what Java throws where the system has no fonts
            throw new QuipuException(
                    "drawing: this Java finds no fonts, which .png needs: install fontconfig and a font, or write .svg",
                    e);
        }
    }

    // a second picture in the same V8 runs out of memory or never ends, so each has an engine of its own
    private static synchronized <T> T rendered(
            MutableGraph graph, UnaryOperator<String> adjust, Format format, Function<Renderer, T> finish)
            throws IOException {
        try {
            Graphviz.useEngine(new GraphvizCmdLineEngine(), new GraphvizV8Engine(libraryFolder()));
            Graphviz picture = Graphviz.fromGraph(graph)
                    .totalMemory(MEMORY)
                    .postProcessor((result, options, process) -> result.mapString(adjust));
            return finish.apply(picture.render(format));
        } catch (GraphvizException e) {
            throw new QuipuException(
                    "drawing: Graphviz did not run: install it so that 'dot' is on the PATH, or write .dot, which"
                            + " needs none ("
                            + e.getMessage() + ")",
                    e);
        } finally {
            Graphviz.releaseEngine();
        }
    }

    /** Where V8 unpacks its native library, once for each run of Java. */
    private static String libraryFolder() throws IOException {
        if (libraryFolder == null) {
            Path folder = Files.createTempDirectory("quipu-graphviz");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            libraryFolder = folder;
        }
        return libraryFolder.toString();
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            return; // a temporary folder: nothing is lost
        }
        folder.toFile().delete();
    }

    private static String resized(String svg, double factor) {
        // an escaped hyphen loses the spaces around it in the rasterizer
        return FONT_SIZE
                .matcher(svg.replace("&#45;", "-"))
                .replaceAll(size -> "font-size=\"" + Double.parseDouble(size.group(1)) * factor + "\"");
    }

    /** Boxes fit Helvetica; the font that Java has instead may be wider. */
    private static double fontAdjust() {
        FontRenderContext context = new FontRenderContext(null, true, true);
        double width = new Font(FONT, Font.PLAIN, 1000)
                .getStringBounds(SAMPLE, context)
                .getWidth();
        return Math.min(1, SAMPLE_WIDTH / width);
    }
}
