package dev.quipu.codegen.launch;

import java.util.List;

/**
 * Sums rows by ids: {@code out[ids[i]] += rows[i]}, in the order of i. Buffers: ids i32[count], rows f32[count, width], out
 * f32[tableRows, width].
 *
 * @param accumulate adds to what is there; else out begins at zero
 */
public record Scatter(int tableRows, int width, int count, boolean accumulate, List<Buffer> buffers) implements Launch {
    public Scatter {
        buffers = List.copyOf(buffers);
    }
}
