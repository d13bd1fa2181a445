package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Formula;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Row programs that write and read bf16, bit by bit. */
class RoundedRowsTest {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;

    /** Dropped halves: exact, ties, and what lies beside them; NaNs may be NaN by these bits alone. */
    private static final int[] DROPPED = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};

    private static final int KEPT = 1 << Short.SIZE;

    /** {@code y = x}, in bf16, rows {@code stride} apart in y and their columns {@code step}. */
    private static RowProgram write(int rows, int width, int stride, int step) {
        return new RowProgram(
                new Space(List.of(rows), width),
                List.of(
                        new Buffer(DType.F32, (long) rows * width, Buffer.Use.READ),
                        new Buffer(DType.BF16, (long) rows * stride, Buffer.Use.WRITE)),
                List.of(
                        new Step.Load("x", new Access(0, 0, List.of((long) width), 1)),
                        new Step.Map("cast", Formula.of("x").expression()),
                        new Step.Store("cast", new Access(1, 0, List.of((long) stride), step), false)));
    }

    /** {@code z = 2 y + s}, of bf16, s one number a row. */
    private static RowProgram read(int rows, int width) {
        return new RowProgram(
                new Space(List.of(rows), width),
                List.of(
                        new Buffer(DType.BF16, (long) rows * width, Buffer.Use.READ),
                        new Buffer(DType.BF16, rows, Buffer.Use.READ),
                        new Buffer(DType.F32, (long) rows * width, Buffer.Use.WRITE)),
                List.of(
                        new Step.Load("y", new Access(0, 0, List.of((long) width), 1)),
                        new Step.Load("s", new Access(1, 0, List.of(1L), 0)),
                        new Step.Map("z", Formula.of("y * 2 + s").expression()),
                        new Step.Store("z", new Access(2, 0, List.of((long) width), 1), false)));
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 8, 4})
    void everyNumberIsRoundedAsItsDefinitionSays(int lanes) {
        int width = 64;
        int rows = KEPT * DROPPED.length / width;
        KernelRun run = new KernelRun(List.of(RowLowering.lower("Write", write(rows, width, width, 1), lanes)), lanes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = memory(arena, (long) rows * width * Float.BYTES);
            MemorySegment y = memory(arena, (long) rows * width * Short.BYTES);
            for (int i = 0; i < rows * width; i++) {
                x.setAtIndex(
                        ValueLayout.JAVA_INT, i, ((i / DROPPED.length) << Short.SIZE) | DROPPED[i % DROPPED.length]);
            }
            KernelRun.runInOrder(run.bind("Write", arena, x, y));
            for (int i = 0; i < rows * width; i++) {
                float number = x.getAtIndex(FLOAT, i);
                assertEquals(BFloat16.bits(number), y.getAtIndex(SHORT, i), () -> "of " + number);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"16, 1, 1", "16, 5, 1", "16, 17, 1", "16, 40, 1", "16, 9, 3", "8, 13, 1", "4, 7, 1", "4, 7, 2"})
    void raggedRowsEndWhereTheyEnd(int lanes, int width, int step) {
        int rows = 5;
        int stride = width * step + 3;
        KernelRun run = new KernelRun(
                List.of(
                        RowLowering.lower("Write", write(rows, width, stride, step), lanes),
                        RowLowering.lower("Read", read(rows, width), lanes)),
                lanes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = memory(arena, (long) rows * width * Float.BYTES);
            MemorySegment y = memory(arena, (long) rows * stride * Short.BYTES);
            IntStream.range(0, rows * width).forEach(i -> x.setAtIndex(FLOAT, i, i / 7f - 3));
            KernelRun.runShuffled(run.bind("Write", arena, x, y), 1);
            for (int i = 0; i < rows * stride; i++) {
                int column = i % stride;
                boolean written = column % step == 0 && column / step < width;
                short expected = written ? BFloat16.bits(x.getAtIndex(FLOAT, i / stride * width + column / step)) : -1;
                assertEquals(expected, y.getAtIndex(SHORT, i), "element " + i);
            }
            MemorySegment dense = memory(arena, (long) rows * width * Short.BYTES);
            MemorySegment shift = memory(arena, (long) rows * Short.BYTES);
            MemorySegment z = memory(arena, (long) rows * width * Float.BYTES);
            IntStream.range(0, rows * width)
                    .forEach(i -> dense.setAtIndex(SHORT, i, BFloat16.bits(x.getAtIndex(FLOAT, i))));
            IntStream.range(0, rows).forEach(i -> shift.setAtIndex(SHORT, i, BFloat16.bits(i + 0.5f)));
            KernelRun.runShuffled(run.bind("Read", arena, dense, shift, z), 2);
            for (int i = 0; i < rows * width; i++) {
                int row = i / width;
                float expected = BFloat16.round(x.getAtIndex(FLOAT, i)) * 2 + row + 0.5f;
                assertEquals(expected, z.getAtIndex(FLOAT, i), "element " + i);
            }
        }
    }

    /** As the runtime's buffers are: room behind the end; all bits set, which is NaN. */
    private static MemorySegment memory(Arena arena, long bytes) {
        return arena.allocate(Math.ceilDiv(bytes, 64L) * 64 + 64, 64).fill((byte) -1);
    }
}
