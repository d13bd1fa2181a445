package dev.quipu.runtime.onednn;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quipu.codegen.kernel.ProductShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * oneDNN's code for one shape, and the descriptions of its matrices. Any thread may run it that brings a scratchpad.
 *
 * @param scratchpadBytes that a scratchpad has
 */
record Primitive(
        MemorySegment left,
        MemorySegment right,
        MemorySegment product,
        MemorySegment scratchpad,
        long scratchpadBytes,
        MemorySegment code) {
    // values of dnnl_types.h and dnnl_common_types.h
    private static final int TYPE_OF_DESTINATION = 0;
    private static final int TYPE_BF16 = 2;
    private static final int TYPE_F32 = 3;
    private static final int SCRATCHPAD_OF_USER = 1;
    private static final int QUERY_SCRATCHPAD = 136;

    /**
     * Makes the code, which depends on how many threads the caller has.
     *
     * @param arena decides how long it lives
     */
    static Primitive of(ProductShape shape, Functions functions, MemorySegment engine, Arena arena) {
        MemorySegment left =
                matrix(functions, arena, TYPE_BF16, shape.rows(), shape.depth(), shape.leftRow(), shape.leftColumn());
        MemorySegment right = matrix(
                functions, arena, TYPE_BF16, shape.depth(), shape.columns(), shape.rightRow(), shape.rightColumn());
        MemorySegment product =
                matrix(functions, arena, TYPE_F32, shape.rows(), shape.columns(), shape.productRow(), 1);
        MemorySegment attributes = attributes(shape.adds(), functions, arena);
        MemorySegment description = functions.kept(
                arena,
                "dnnl_primitive_desc_destroy",
                "dnnl_matmul_primitive_desc_create",
                engine,
                left,
                right,
                MemorySegment.NULL,
                product,
                attributes);
        MemorySegment scratchpad = functions.address("dnnl_primitive_desc_query_md", description, QUERY_SCRATCHPAD, 0);
        return new Primitive(
                left,
                right,
                product,
                scratchpad,
                functions.size("dnnl_memory_desc_get_size", scratchpad),
                functions.kept(arena, "dnnl_primitive_destroy", "dnnl_primitive_create", description));
    }

    private static MemorySegment attributes(boolean adds, Functions functions, Arena arena) {
        MemorySegment attributes = functions.kept(arena, "dnnl_primitive_attr_destroy", "dnnl_primitive_attr_create");
        functions.run("dnnl_primitive_attr_set_scratchpad_mode", attributes, SCRATCHPAD_OF_USER);
        if (adds) {
            MemorySegment after = functions.kept(arena, "dnnl_post_ops_destroy", "dnnl_post_ops_create");
            functions.run("dnnl_post_ops_append_sum", after, 1f, 0, TYPE_OF_DESTINATION);
            functions.run("dnnl_primitive_attr_set_post_ops", attributes, after);
        }
        return attributes;
    }

    private static MemorySegment matrix(
            Functions functions, Arena arena, int type, long rows, long columns, long row, long column) {
        try (Arena sizes = Arena.ofConfined()) {
            return functions.kept(
                    arena,
                    "dnnl_memory_desc_destroy",
                    "dnnl_memory_desc_create_with_strides",
                    2,
                    sizes.allocateFrom(JAVA_LONG, rows, columns),
                    type,
                    sizes.allocateFrom(JAVA_LONG, row, column));
        }
    }
}
