package dev.quipu.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiles of heads of any size: kernels stay inside the subset for GPUs, which bounds local memory. */
class AttentionTilesTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 17, 64, 80, 129, 256, 371})
    void headsOfAnySizeFit(int headSize) {
        for (int queries : new int[] {1, 9, 2048}) {
            for (Kind kind : Kind.values()) {
                AttentionLaunch launch = launch(kind, 4, queries, 32, 8, headSize);
                GpuLowering.lower("attention", launch)
                        .kernels()
                        .forEach(kernel -> assertEquals(List.of(), GpuSubset.refusals(kernel)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // head size, queries and keys of a tile: forward, gradients of queries, gradients of keys
        "48, 64, 32, 32, 32, 32, 32",
        "64, 64, 32, 32, 32, 32, 32",
        "80, 64, 32, 32, 32, 32, 16",
        "128, 32, 32, 16, 16, 16, 16",
        "256, 16, 16, 8, 8, 8, 8"
    })
    void tilesAreTheLargestThatFit(int headSize, int q, int k, int dq, int dqKeys, int dkQueries, int dk) {
        AttentionLaunch launch = launch(Kind.BACKWARD, 1, 512, 4, 4, headSize);
        List<Integer> sizes = new ArrayList<>();
        for (AttentionTiles.Use use : AttentionTiles.Use.values()) {
            AttentionTiles tiles = AttentionTiles.of(launch, use);
            Collections.addAll(sizes, tiles.queryTile(), tiles.keyTile());
        }
        assertEquals(List.of(q, k, dq, dqKeys, dkQueries, dk), sizes);
    }

    @Test
    void headsThatDoNotFitAreRefused() {
        AttentionLaunch launch = launch(Kind.FORWARD, 1, 16, 1, 1, 4000);
        String line = assertThrows(QuipuException.class, () -> GpuLowering.lower("attention", launch))
                .getMessage();
        assertTrue(line.contains("heads of 4000 numbers"), line);
    }

    private static AttentionLaunch launch(Kind kind, int batch, int queries, int heads, int keyHeads, int headSize) {
        int keys = kind == Kind.CACHED ? 4096 : queries;
        Buffer query = new Buffer(DType.F32, (long) batch * queries * heads * headSize, Buffer.Use.UPDATE);
        Buffer key = new Buffer(DType.F32, (long) batch * keys * keyHeads * headSize, Buffer.Use.UPDATE);
        Buffer line = new Buffer(DType.F32, (long) batch * heads * queries, Buffer.Use.UPDATE);
        Buffer positions = new Buffer(DType.I32, batch, Buffer.Use.READ);
        List<Buffer> buffers = switch (kind) {
            case FORWARD -> List.of(query, key, key, query, line);
            case BACKWARD -> List.of(query, key, key, query, line, query, query, key, key);
            case CACHED -> List.of(query, key, key, positions, query);
        };
        return new AttentionLaunch(kind, batch, queries, keys, heads, keyHeads, headSize, 0, false, 0.125f, buffers);
    }
}
