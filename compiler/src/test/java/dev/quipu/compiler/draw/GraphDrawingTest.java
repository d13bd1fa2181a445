package dev.quipu.compiler.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphDrawingTest {
    @Test
    void layersThatRepeatAreDrawnOnce() {
        String deep = GraphDrawing.of(logits(32)).dot();
        assertTrue(deep.contains("layers.0 ... layers.31 (x32)"), deep);
        assertFalse(deep.contains("layers.1"), deep);
        String shallow = GraphDrawing.of(logits(2)).dot();
        assertEquals(deep, shallow.replace("layers.0 ... layers.1 (x2)", "layers.0 ... layers.31 (x32)"));
    }

    @Test
    void forwardAndBackwardAreDrawnOnceEach() {
        Graph joint = gradient(8).differentiated();
        String dot = GraphDrawing.of(joint).dot();
        assertEquals(1, count(dot, ">attention<"));
        assertEquals(1, count(dot, ">attention backward<"));
        assertEquals(1, count(dot, ">cross entropy<"));
        assertTrue(dot.contains("layers.0 ... layers.7 (x8)"));
    }

    @Test
    void aKernelIsOneBox() {
        Compiled compiled = gradient(3);
        Picture nodes = new PictureBuilder(compiled.scheduled().graph(), List.of()).build();
        List<Cluster> clusters = compiled.scheduled().clusters();
        Picture kernels = new PictureBuilder(
                        compiled.scheduled().graph(),
                        clusters.stream().map(Cluster::nodes).toList())
                .build();
        assertTrue(kernels.boxes().size() < nodes.boxes().size());
        // all but those of the two layers that are folded away
        List<Box> computations = kernels.boxes().stream()
                .filter(box -> box.look() == Box.Look.COMPUTATION)
                .toList();
        assertTrue(computations.size() < clusters.size());
        assertTrue(computations.stream()
                .allMatch(box ->
                        clusters.stream().anyMatch(cluster -> cluster.nodes().equals(box.nodes()))));
    }

    @Test
    void boxesSayWhatReadersNeed() {
        String dot = GraphDrawing.of(logits(2)).dot();
        assertTrue(dot.contains(">silu(gate) * up<"), dot);
        assertTrue(dot.contains(">weight [hidden=24, channel=16]<"), dot);
        assertTrue(dot.contains(">batch=2, sequence=4, hidden=24<"), dot);
        assertTrue(dot.contains(">i32 batch=2, sequence=4<"), dot);
        assertTrue(dot.contains(">angles, theta 10000<"), dot);
        assertTrue(dot.contains("\"label\"=\"head=2, head_size=8\""), dot);
    }

    @Test
    void theBackwardPassIsLaidOutUpwards() {
        Picture picture = new PictureBuilder(gradient(2).differentiated(), List.of()).build();
        String dot = DotWriter.graph(picture).toString();
        for (Arrow arrow : picture.arrows()) {
            String reversed = "\"" + arrow.to().id() + "\" -> \"" + arrow.from().id() + "\"";
            assertEquals(arrow.kind() == Arrow.Kind.GRADIENT, dot.contains(reversed), arrow::toString);
        }
    }

    /** Beside what it repeats: it hangs below what it is made from, and what it is for does not move it. */
    @Test
    void whatRunsAgainHasAColourOfItsOwn() {
        Compiled compiled = new Compiler(false).keeping(PlanRequest.BLOCKS).gradient(model(2), 2, 4);
        Picture picture = new PictureBuilder(
                        compiled.planned().graph(),
                        compiled.planned().clusters().stream()
                                .map(Cluster::nodes)
                                .toList())
                .build();
        String dot = DotWriter.graph(picture).toString();
        for (Box box : picture.boxes()) {
            boolean again = box.pass() == Site.Pass.RECOMPUTED;
            String own = dot.lines()
                    .filter(line -> line.strip().startsWith("\"" + box.id() + "\" ["))
                    .findFirst()
                    .orElseThrow();
            assertEquals(again, own.contains(Palette.of(Site.Pass.RECOMPUTED).fill()), own);
        }
        for (Arrow arrow : picture.arrows()) {
            boolean leaves =
                    arrow.from().pass() == Site.Pass.RECOMPUTED && arrow.to().pass() == Site.Pass.BACKWARD;
            assertEquals(leaves, arrow.kind() == Arrow.Kind.REBUILT, arrow::toString);
        }
        assertTrue(count(dot, Palette.REBUILT) > 3, dot);
        assertTrue(dot.contains("violet runs forward again"), dot);
        assertFalse(GraphDrawing.of(gradient(2).differentiated()).dot().contains("violet"));
    }

    @Test
    void textIsEscaped() {
        Tensor x = Tensor.input("a<b>&\"c\"", Type.f32(new Dim("a", 2)));
        Graph graph = Graph.of("less < more", Map.of("y", Tensor.formula("select(x < 1, x, 2)", x)), List.of());
        String dot = GraphDrawing.of(graph).dot();
        assertTrue(dot.contains("a&lt;b&gt;&amp;&quot;c&quot;"), dot);
        assertTrue(dot.contains("select(x &lt; 1, x, 2)"), dot);
        assertTrue(dot.contains("less &lt; more"), dot);
    }

    @Test
    void picturesAreWritten(@TempDir Path folder) throws IOException {
        GraphDrawing drawing = GraphDrawing.of(logits(2));
        drawing.write(folder.resolve("graph.svg"));
        String svg = Files.readString(folder.resolve("graph.svg"));
        assertTrue(svg.contains("<svg") && svg.contains("silu(gate) * up"), svg);
        drawing.write(folder.resolve("graph.png"));
        byte[] png = Files.readAllBytes(folder.resolve("graph.png"));
        assertEquals("PNG", new String(png, 1, 3, StandardCharsets.US_ASCII));
        drawing.write(folder.resolve("graph.dot"));
        assertEquals(drawing.dot(), Files.readString(folder.resolve("graph.dot")));
        QuipuException refusal = assertThrows(QuipuException.class, () -> drawing.write(folder.resolve("graph.gif")));
        assertEquals(
                "drawing: expected a file name ending in .svg, .png or .dot, found graph.gif", refusal.getMessage());
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    private static Graph logits(int layers) {
        return Traced.logits(model(layers), 2, 4).graph();
    }

    private static Compiled gradient(int layers) {
        return new Compiler(false).gradient(model(layers), 2, 4);
    }

    private static Llama model(int layers) {
        return Llama.of(LlamaConfig.of(16, layers, 2, 24, 32, 8));
    }
}
