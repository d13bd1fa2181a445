package dev.quipu.runtime.device;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.runtime.buffer.Buffer;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/** Tables of the angles of rotary embeddings, computed once each, in double precision. */
public final class AngleTables {
    private final Arena arena;
    private final Map<RopeTable, Buffer> tables = new HashMap<>();

    /**
     * @param arena decides how long the tables live
     */
    public AngleTables(Arena arena) {
        this.arena = arena;
    }

    /** The table, f32[length, width]: see {@link RopeTable}. */
    public synchronized Buffer of(RopeTable table) {
        return tables.computeIfAbsent(table, this::compute);
    }

    private Buffer compute(RopeTable table) {
        Buffer buffer = Buffer.allocate(arena, DType.F32, (long) table.length() * table.width());
        int half = table.width() / 2;
        float[] row = new float[table.width()];
        for (int position = 0; position < table.length(); position++) {
            for (int i = 0; i < half; i++) {
                double angle = table.angle(position, i);
                row[i] = (float) Math.cos(angle);
                row[i + half] = (float) Math.sin(angle);
            }
            buffer.setFloats((long) position * table.width(), row);
        }
        return buffer;
    }
}
