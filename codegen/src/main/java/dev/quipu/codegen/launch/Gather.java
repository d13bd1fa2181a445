package dev.quipu.codegen.launch;

import java.util.List;

/**
 * Rows of a table by ids. Buffers: table f32[tableRows, width], bf16 or int8, ids i32[count], out f32[count, width].
 */
public record Gather(int tableRows, int width, int count, List<Buffer> buffers) implements Launch {
    public Gather {
        buffers = List.copyOf(buffers);
    }

    /** Elements from row to row of the table. */
    public long storedWidth() {
        return buffers.getFirst().dtype().whole(width);
    }
}
