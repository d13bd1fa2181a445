package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.launch.ColumnProgram;
import dev.quipu.codegen.launch.Space;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Column programs on GPUs: a work-item adds the rows of a block for one column, then another kernel adds the blocks' sums, each
 * in order. There are about as many blocks as a block has rows, so that neither kernel is long; which rows are a block follows
 * from their number alone.
 */
final class ColumnLowering {
    /** So many rows are added by one kernel. */
    private static final int FEW = 64;

    private final ColumnProgram program;
    private final int summed;
    private final int sums;
    private final int rowsOfBlock;
    private final int blocks;

    private ColumnLowering(ColumnProgram program) {
        this.program = program;
        Space space = program.space();
        this.summed = product(space.outer().subList(0, program.summed()));
        this.sums = Math.multiplyExact(
                product(space.outer().subList(program.summed(), space.outer().size())), space.width());
        this.rowsOfBlock = summed <= FEW ? summed : (int) Math.ceil(Math.sqrt(summed));
        this.blocks = Math.ceilDiv(summed, rowsOfBlock);
    }

    private static int product(List<Integer> sizes) {
        return sizes.stream().reduce(1, Math::multiplyExact);
    }

    static GpuLowering.Lowered lower(String name, ColumnProgram program) {
        return new ColumnLowering(program).lower(name);
    }

    private GpuLowering.Lowered lower(String name) {
        String[] roles = Collections.nCopies(program.buffers().size(), "sum").toArray(String[]::new);
        Memories buffers = Memories.of(program.buffers(), program.steps(), roles);
        if (blocks == 1) {
            return GpuLowering.Lowered.of(ElementGrid.kernel(name, buffers, sums, (emitter, element) -> {
                List<Value.Variable> totals = addRows(emitter, buffers, element, Emitter.integer(0));
                store(emitter, buffers, element, totals);
            }));
        }
        Memories memories = buffers.withScratch("parts");
        long parts = Math.multiplyExact((long) blocks, sums);
        int scratch = Math.toIntExact(Math.multiplyExact(parts, program.sums().size()));
        GpuKernel first = ElementGrid.kernel(name, memories, parts, (emitter, element) -> {
            Coordinates coordinates = new Coordinates(emitter, element);
            Value sum = coordinates.next("sum_number", sums);
            Value block = coordinates.last("block", blocks);
            List<Value.Variable> totals = addRows(emitter, memories, sum, block);
            for (int i = 0; i < totals.size(); i++) {
                Value place = Emitter.plus(element, i * parts);
                emitter.add(memories.store(memories.last(), place, totals.get(i)));
            }
        });
        GpuKernel second = ElementGrid.kernel(name + "_sum", memories, sums, (emitter, element) -> {
            List<Value.Variable> totals = addBlocks(emitter, memories, element, parts);
            store(emitter, memories, element, totals);
        });
        return new GpuLowering.Lowered(List.of(first, second), List.of((long) scratch));
    }

    /** Sums over the rows of a block; {@code sum} numbers the kept rows' columns. */
    private List<Value.Variable> addRows(Emitter emitter, Memories memories, Value sum, Value block) {
        Space space = program.space();
        StepValues values = new StepValues(memories, space, program.steps());
        int kept = sums / space.width();
        Coordinates coordinates = new Coordinates(emitter, sum);
        Value column = kept == 1 ? sum : coordinates.next("column", space.width());
        Value keptRow = coordinates.last("kept", kept);
        List<Value.Variable> totals = new ArrayList<>();
        program.sums().forEach(each -> totals.add(emitter.let("sum", Emitter.number(0, 1))));
        Value from = Emitter.times(block, rowsOfBlock);
        Value next = Emitter.plus(from, rowsOfBlock);
        Value to =
                summed % rowsOfBlock == 0 ? next : new Value.Binary(BinaryOperator.MIN, next, Emitter.integer(summed));
        emitter.loop("summed", from, to, 1, (body, row) -> {
            Value number = kept == 1 ? row : body.let("row", Emitter.plus(Emitter.times(row, kept), keptRow));
            StepValues.Element element = values.row(body, number).element(body, column);
            for (int i = 0; i < totals.size(); i++) {
                Value value = element.lower(program.sums().get(i).expression());
                body.add(new Statement.Assign(totals.get(i), Emitter.plus(totals.get(i), value)));
            }
        });
        return totals;
    }

    private List<Value.Variable> addBlocks(Emitter emitter, Memories memories, Value element, long parts) {
        List<Value.Variable> totals = new ArrayList<>();
        for (int i = 0; i < program.sums().size(); i++) {
            Value first = Emitter.plus(element, i * parts);
            Value.Variable total = emitter.let("sum", memories.load(memories.last(), first));
            emitter.loop("block", Emitter.integer(1), Emitter.integer(blocks), 1, (body, block) -> {
                Value place = Emitter.plus(Emitter.times(block, sums), first);
                Value part = memories.load(memories.last(), place);
                body.add(new Statement.Assign(total, Emitter.plus(total, part)));
            });
            totals.add(total);
        }
        return totals;
    }

    private void store(Emitter emitter, Memories memories, Value element, List<Value.Variable> totals) {
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < totals.size(); i++) {
            ColumnProgram.ColumnSum sum = program.sums().get(i);
            values.add(
                    sum.accumulate()
                            ? emitter.let("total", Emitter.plus(memories.load(sum.buffer(), element), totals.get(i)))
                            : totals.get(i));
        }
        for (int i = 0; i < totals.size(); i++) {
            emitter.add(memories.store(program.sums().get(i).buffer(), element, values.get(i)));
        }
    }
}
