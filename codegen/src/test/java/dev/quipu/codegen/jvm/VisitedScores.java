package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The scores that an attention kernel computes, as its own run tells. Head vectors begin with who they are. The kernel's class
 * runs as it is generated; of the tile library that it calls only the packing is left, and tiles show a listener the
 * beginnings of what they would multiply. So nothing here knows how the kernel's loops are bounded.
 */
final class VisitedScores {
    /** More than the depth of any other product: keys of a block, or queries that are worked on together. */
    static final int HEAD_SIZE = 300;

    /** Which products of queries and keys there are: q with k, and in the backward pass the output's gradient with v. */
    private static final int SCORES = 1;

    private static final int WEIGHT_GRADIENTS = 2;

    /** Numbers at the beginning of a head vector: which product it is for, element of the batch, head, place. */
    private static final int NAME = 4;

    private final AttentionLaunch launch;
    private final TileLibrary library;
    private final List<Tile> visited = new ArrayList<>();

    private VisitedScores(AttentionLaunch launch, TileLibrary library) {
        this.launch = launch;
        this.library = library;
    }

    /** A rectangle of scores, by its first query and key; of a group of queries and a vector of keys,
     * or of a single score where one query per head is worked on. */
    record Tile(int product, int batch, int head, int query, int key) {}

    private record HeadVector(int product, int batch, int head, int place) {
        /** One of several that stand side by side, number by number. */
        static HeadVector of(float[] panel, int index) {
            int width = panel.length / NAME;
            return new HeadVector((int) panel[index], (int) panel[width + index], (int) panel[2 * width + index], (int)
                    panel[3 * width + index]);
        }

        HeadVector next(int distance) {
            return new HeadVector(product, batch, head, place + distance);
        }
    }

    /** Products of queries and keys that one phase of a kernel computes. */
    static List<Integer> products(Kind kind) {
        return kind == Kind.BACKWARD ? List.of(SCORES, WEIGHT_GRADIENTS) : List.of(SCORES);
    }

    /**
     * Runs a kernel.
     *
     * @param launch with heads of {@link #HEAD_SIZE}
     * @param inputs sets positions or starts
     * @return for every phase what it visits, in order
     */
    static List<List<Tile>> of(AttentionLaunch launch, int lanes, Consumer<AttentionRun> inputs) {
        assertEquals(HEAD_SIZE, launch.headSize());
        VisitedScores scores = new VisitedScores(launch, new TileLibrary(lanes));
        List<List<Tile>> phases = new ArrayList<>();
        try (AttentionRun run = scores.run()) {
            scores.name(run);
            inputs.accept(run);
            Random random = new Random(1);
            for (int phase = 0; phase < run.phases(); phase++) {
                run.run(phase, random);
                phases.add(List.copyOf(scores.visited));
                scores.visited.clear();
            }
        } catch (ReflectiveOperationException failure) {
            throw new LinkageError("generated classes have a listener", failure);
        }
        return phases;
    }

    private AttentionRun run() throws ReflectiveOperationException {
        Kernel kernel = AttentionLowering.lower("Attention", launch, library.lanes());
        List<Method> tiles = library.usedBy(List.of(kernel)).stream()
                .map(VisitedScores::withoutBody)
                .toList();
        String source = decodeTells(JvmWriter.write(kernel));
        AttentionRun run = new AttentionRun(
                launch, listening(source), listening(tilesTell(JvmWriter.writeLibrary(TileLibrary.CLASS, tiles))));
        BiConsumer<float[], float[]> listener = this::visit;
        for (Class<?> type : run.classes) {
            type.getField("listener").set(null, listener);
        }
        return run;
    }

    private static Method withoutBody(Method method) {
        return new Method(method.name(), method.comment(), method.parameters(), List.of());
    }

    private static String listening(String source) {
        return source.replaceFirst(
                "(public final class \\w+[^{]*\\{)",
                "$1 public static java.util.function.BiConsumer<float[], float[]> listener;");
    }

    /** Queries are lines of names, keys panels {@code [number][key]}; both are told as {@code [number][row or column]}. */
    private String tilesTell(String source) {
        String lines = "float[] queries = new float[" + NAME + " * $2]; for (int d = 0; d < " + NAME
                + "; d++) for (int i = 0; i < $2; i++) queries[d * $2 + i] = a[aOffset + i * $4 + d];";
        String panel = "float[] keys = new float[" + NAME + " * $3 * " + library.lanes()
                + "]; for (int i = 0; i < keys.length; i++) "
                + "keys[i] = b.get(" + FLOAT + ", bOffset + (long) (i / ($3 * " + library.lanes()
                + ")) * bStep + 4 * (i % ($3 * "
                + library.lanes() + ")));";
        String tile = "if (depth == " + HEAD_SIZE + ") { " + lines + panel + " listener.accept(keys, queries); }";
        int width = AttentionTile.vectors(library) * library.lanes();
        String pack = "if (depth == " + HEAD_SIZE + ") for (int d = 0; d < " + NAME
                + "; d++) for (int i = 0; i < $2; i++) panel.set(" + FLOAT + ", to + 4 * (d * " + width
                + " + i), source.get(" + FLOAT + ", at + (long) i * stride + 4 * d));";
        return source.replaceAll(method("rows(\\d+)x(\\d+)s(\\d+)"), "$1" + tile)
                .replaceAll(method("packWideTransposed(\\d+)"), "$1" + pack);
    }

    /** A kernel for one query per head multiplies in a method of its own, row by row of the cache. */
    private String decodeTells(String source) {
        long vector = (long) HEAD_SIZE * Float.BYTES;
        int group = launch.heads() / launch.keyHeads();
        String keyAt = "at + (i * " + launch.keyHeads() + " + head / " + group + ") * " + vector + "L";
        String queryAt = "queryAt + head * " + vector + "L";
        String tell = "for (int i = 0; i < count; i++) for (int head = 0; head < " + launch.heads()
                + "; head++) listener.accept(" + floats("keys", keyAt, NAME) + ", " + floats("query", queryAt, NAME)
                + ");";
        return source.replaceAll(method(DecodeMethods.PRODUCTS), "$1" + tell);
    }

    private static final String FLOAT = "java.lang.foreign.ValueLayout.JAVA_FLOAT";

    private static String floats(String segment, String at, int count) {
        return segment + ".asSlice(" + at + ", " + count * Float.BYTES + ").toArray(" + FLOAT + ")";
    }

    private static String method(String name) {
        return "(void " + name + "\\([^)]*\\) \\{)";
    }

    private void visit(float[] keys, float[] queries) {
        HeadVector key = HeadVector.of(keys, 0);
        if (key.product() == SCORES && queries.length > NAME) {
            double scale = launch.scale(); // the lines are multiplied with it
            for (int i = 0; i < queries.length; i++) {
                queries[i] = Math.round(queries[i] / scale);
            }
        }
        HeadVector query = HeadVector.of(queries, 0);
        // behind the last key and the last query there is anything
        for (int i = 1; i < Math.min(keys.length / NAME, launch.keys() - key.place()); i++) {
            assertEquals(key.next(i), HeadVector.of(keys, i), "keys of a tile");
        }
        for (int i = 1; i < Math.min(queries.length / NAME, launch.queries() - query.place()); i++) {
            assertEquals(query.next(i), HeadVector.of(queries, i), "queries of a tile");
        }
        int keyHead = query.head() / (launch.heads() / launch.keyHeads());
        assertEquals(new HeadVector(query.product(), query.batch(), keyHead, key.place()), key, "read by " + query);
        for (int i = 0; i < keys.length / NAME; i += library.lanes()) {
            visited.add(new Tile(query.product(), query.batch(), query.head(), query.place(), key.place() + i));
        }
    }

    /** Writes into all head vectors who they are. */
    private void name(AttentionRun run) {
        name(run, 0, SCORES, launch.queries(), launch.heads());
        name(run, 1, SCORES, launch.keys(), launch.keyHeads());
        name(run, 2, WEIGHT_GRADIENTS, launch.keys(), launch.keyHeads());
        if (launch.kind() == Kind.BACKWARD) {
            name(run, 5, WEIGHT_GRADIENTS, launch.queries(), launch.heads());
        }
    }

    private void name(AttentionRun run, int buffer, int product, int places, int heads) {
        float[] vectors = new float[launch.batch() * places * heads * HEAD_SIZE];
        for (int i = 0; i < launch.batch() * places * heads; i++) {
            vectors[i * HEAD_SIZE] = product;
            int batch = i / heads / places;
            vectors[i * HEAD_SIZE + 1] = batch;
            vectors[i * HEAD_SIZE + 2] = i % heads;
            vectors[i * HEAD_SIZE + 3] = i / heads % places;
        }
        run.set(buffer, vectors);
    }
}
