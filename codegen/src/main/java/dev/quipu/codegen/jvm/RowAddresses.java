package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.RowTerm;
import dev.quipu.codegen.launch.Space;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Byte addresses of a row's first element, from the row's number. */
final class RowAddresses {
    private final Emitter emitter;
    private final Space space;
    private final List<Value.Variable> buffers;
    private final Value row;
    private final Map<RowTerm, Value> coordinates = new HashMap<>();
    private final Map<Access, Value> places = new HashMap<>();
    private final Map<Value, Value> addresses = new HashMap<>();

    RowAddresses(Emitter emitter, Space space, List<Value.Variable> buffers, Value row) {
        this.emitter = emitter;
        this.space = space;
        this.buffers = buffers;
        this.row = row;
    }

    /** A LONG: the address of column 0. */
    Value of(Access access) {
        Value address = new Value.Literal(KernelType.LONG, access.offset() * Float.BYTES);
        for (RowTerm term : RowTerm.of(access, space)) {
            address = Emitter.plus(address, scaled(coordinate(term), term.stride()));
        }
        if (access.isMoved()) {
            Value last = Emitter.integer(access.positionLimit() - 1);
            Value existing = new Value.Binary(BinaryOperator.MIN, place(access), last);
            address = Emitter.plus(address, scaled(existing, access.positionStride()));
        }
        return address instanceof Value.Literal
                ? address
                : addresses.computeIfAbsent(address, value -> emitter.let("at", value));
    }

    /** Whether the place of a moved row exists. */
    Value exists(Access access) {
        return new Value.Compare(Value.Comparison.LESS, place(access), Emitter.integer(access.positionLimit()));
    }

    /** The number of a moved row: the position plus its own number. */
    private Value place(Access access) {
        Access key = new Access(
                0, 0, access.rowStrides(), 0, access.positionBuffer(), access.positionStride(), access.positionLimit());
        return places.computeIfAbsent(key, moved -> {
            Value sequence = Emitter.toLong(coordinate(Access.SEQUENCES));
            Value position = new Value.Load(
                    KernelType.INT,
                    buffers.get(moved.positionBuffer()),
                    Emitter.times(sequence, new Value.Literal(KernelType.LONG, Integer.BYTES)));
            return emitter.let("place", Emitter.plus(coordinate(Access.MOVED), position));
        });
    }

    private Value coordinate(int dimension) {
        return space.outer().get(dimension) == 1
                ? Emitter.integer(0)
                : coordinate(RowTerm.coordinate(space, dimension));
    }

    private static Value scaled(Value coordinate, long stride) {
        return Emitter.times(Emitter.toLong(coordinate), new Value.Literal(KernelType.LONG, stride * Float.BYTES));
    }

    private Value coordinate(RowTerm term) {
        return coordinates.computeIfAbsent(new RowTerm(term.inner(), term.size(), 1), key -> {
            Value value = row;
            if (key.inner() > 1) {
                value = new Value.Binary(BinaryOperator.DIVIDE, value, Emitter.integer(key.inner()));
            }
            if (key.size() > 0) {
                value = new Value.Binary(BinaryOperator.REMAINDER, value, Emitter.integer(key.size()));
            }
            return value instanceof Value.Variable ? value : emitter.let("index", value);
        });
    }
}
