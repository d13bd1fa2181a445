package dev.quipu.runtime.device;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.runtime.buffer.Buffer;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IndexBoundsTest {
    private static final Dim BATCH = Dim.batch(2);
    private static final Dim SEQUENCE = Dim.sequence(3);
    private static final Dim VOCABULARY = new Dim("vocabulary", 10);

    private final Arena arena = Arena.ofShared();
    private final State state = new State();
    private ProgramBuffers buffers;

    @AfterEach
    void close() {
        arena.close();
        state.close();
    }

    private IndexBounds bounds(Tensor result) {
        Graph graph = Graph.of("bounds", Map.of("result", result), List.of());
        Scheduled scheduled = Scheduled.of(graph, Clustering.of(graph));
        buffers = new ProgramBuffers(scheduled, state, arena, table -> null);
        return new IndexBounds(graph, buffers);
    }

    private static Tensor table() {
        return Tensor.apply(new ReadState("table", Type.f32(VOCABULARY, new Dim("channel", 4))))
                .output(0);
    }

    private static Tensor ids(String name) {
        return Tensor.input(name, Type.i32(BATCH, SEQUENCE));
    }

    private static String refusal(IndexBounds bounds) {
        return assertThrows(QuipuException.class, bounds::check).getMessage();
    }

    @Test
    void tokensMustBeRowsOfTheTable() {
        IndexBounds bounds = bounds(table().lookup(ids("tokens")));
        Buffer tokens = buffers.input("tokens");
        tokens.setInts(0, new int[] {0, 9, 5, 0, 0, 0});
        assertDoesNotThrow(bounds::check);
        tokens.setInt(4, 10);
        assertEquals(
                "input tokens at batch=1, sequence=1: expected integers from 0 to 9, found 10; are the tokens of this"
                        + " model's tokenizer?",
                refusal(bounds));
        tokens.setInt(4, -1);
        assertTrue(refusal(bounds).contains("found -1"));
    }

    @Test
    void documentsBeginOneAfterTheOther() {
        Tensor heads = Tensor.input("heads", Type.f32(BATCH, SEQUENCE, new Dim("head", 2), new Dim("size", 4)));
        Node attention = Tensor.apply(new Attention(0, 1), heads, heads, heads, ids("starts"));
        IndexBounds bounds = bounds(attention.output(0));
        Buffer starts = buffers.input("starts");
        starts.setInts(0, new int[] {0, 1, 1, 0, 0, 2});
        assertDoesNotThrow(bounds::check);
        starts.setInts(0, new int[] {0, 1, 0, 0, 0, 2});
        assertEquals(
                "input starts at batch=0, sequence=2: expected a document that begins from 1 to 2, found 0",
                refusal(bounds));
        starts.setInts(0, new int[] {0, 1, 1, 0, 2, 2});
        assertTrue(refusal(bounds).contains("batch=1, sequence=1: expected a document that begins from 0 to 1"));
        starts.setInts(0, new int[] {0, 1, 1, 1, 1, 1});
        assertTrue(refusal(bounds).contains("found 1"));
    }

    @Test
    void idsAreFollowedThroughReshapesAndSlices() {
        Tensor flat = ids("tokens").slice(1, 1, 2).reshape(Shape.of(new Dim("place", 4)));
        IndexBounds bounds = bounds(table().lookup(flat));
        buffers.input("tokens").setInt(2, 10);
        assertTrue(refusal(bounds).startsWith("input tokens at batch=0, sequence=2"));
    }

    @Test
    void targetsMayBeNegative() {
        Tensor logits = Tensor.input("logits", Type.f32(BATCH, SEQUENCE, VOCABULARY));
        IndexBounds bounds = bounds(logits.crossEntropy(ids("targets")));
        buffers.input("targets").setInts(0, new int[] {-1, -100, Integer.MIN_VALUE, 9, 0, 1});
        assertDoesNotThrow(bounds::check);
        buffers.input("targets").setInt(0, 10);
        assertTrue(refusal(bounds).contains("expected integers negative, or from 0 to 9, found 10"), refusal(bounds));
    }

    @Test
    void theNarrowestOfSeveralBoundsHolds() {
        Tensor ids = ids("tokens");
        Tensor logits = table().lookup(ids); // four logits for each place
        IndexBounds bounds = bounds(logits.crossEntropy(ids));
        buffers.input("tokens").setInt(0, 4);
        assertTrue(refusal(bounds).contains("from 0 to 3, found 4"), refusal(bounds));
    }

    @Test
    void positionsMustNotBeNegative() {
        Tensor x = Tensor.input("x", Type.f32(BATCH, SEQUENCE, new Dim("head", 2), new Dim("size", 4)));
        Tensor angles = Tensor.apply(new RopeTable(1e4, 8, 4)).output(0);
        Tensor position = Tensor.input("position", Type.i32(BATCH));
        IndexBounds bounds =
                bounds(Tensor.apply(new Rope(false), x, angles, position).output(0));
        buffers.input("position").setInts(0, new int[] {100, 0});
        assertDoesNotThrow(bounds::check);
        buffers.input("position").setInt(0, -1);
        assertEquals("input position at batch=0: expected integers from 0, found -1", refusal(bounds));
    }
}
