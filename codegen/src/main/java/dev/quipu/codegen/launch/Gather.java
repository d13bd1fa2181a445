package dev.quipu.codegen.launch;

import java.util.List;

/**
 * Rows of a table by ids. Buffers: table f32[tableRows, width], ids i32[count], out f32[count, width].
 */
public record Gather(int tableRows, int width, int count, List<Buffer> buffers) implements Launch {
    public Gather {
        buffers = List.copyOf(buffers);
    }
}
