package dev.quipu.runtime.onednn;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quipu.codegen.kernel.ProductShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** oneDNN's code for one shape, and the descriptions of its matrices. */
final class Primitive {
    private static final int TYPE_BF16 = 2;
    private static final int TYPE_F32 = 3;
    private static final int SCRATCHPAD_OF_USER = 1;
    private static final int QUERY_SCRATCHPAD = 136;

    private final Functions functions;
    private final Arena arena;
    private final MemorySegment left;
    private final MemorySegment right;
    private final MemorySegment product;
    private final MemorySegment scratchpad;
    private final MemorySegment code;

    /**
     * Makes the code, for one thread.
     *
     * @param arena decides how long it lives
     */
    Primitive(OneDnnWorker worker, ProductShape shape, Arena arena) {
        this.functions = worker.functions();
        this.arena = arena;
        try {
            worker.keepToOneThread(); // it looks how many there are when it chooses its blocks
        } catch (Throwable thrown) { // a native call throws nothing
            throw new AssertionError(thrown);
        }
        left = matrix(TYPE_BF16, shape.rows(), shape.depth(), shape.leftRow(), shape.leftColumn());
        right = matrix(TYPE_BF16, shape.depth(), shape.columns(), shape.rightRow(), shape.rightColumn());
        product = matrix(TYPE_F32, shape.rows(), shape.columns(), shape.productRow(), 1);
        MemorySegment attributes = functions.kept(arena, "dnnl_primitive_attr_destroy", "dnnl_primitive_attr_create");
        functions.run("dnnl_primitive_attr_set_scratchpad_mode", attributes, SCRATCHPAD_OF_USER);
        MemorySegment description = functions.kept(
                arena,
                "dnnl_primitive_desc_destroy",
                "dnnl_matmul_primitive_desc_create",
                worker.engine(),
                left,
                right,
                MemorySegment.NULL,
                product,
                attributes);
        scratchpad = functions.address("dnnl_primitive_desc_query_md", description, QUERY_SCRATCHPAD, 0);
        code = functions.kept(arena, "dnnl_primitive_destroy", "dnnl_primitive_create", description);
    }

    private MemorySegment matrix(int type, long rows, long columns, long row, long column) {
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

    MemorySegment left() {
        return left;
    }

    MemorySegment right() {
        return right;
    }

    MemorySegment product() {
        return product;
    }

    MemorySegment scratchpad() {
        return scratchpad;
    }

    long scratchpadBytes() {
        return functions.size("dnnl_memory_desc_get_size", scratchpad);
    }

    long code() {
        return code.address();
    }
}
