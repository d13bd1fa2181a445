package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Space;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Byte addresses of a row's first element, from the row's number. */
final class RowAddresses {
    /** Neighbouring dimensions that are walked with one stride. */
    private record Term(long size, long stride) {}

    /** The number of a row within some dimensions: {@code (row / inner) % size}. */
    private record Coordinate(long inner, long size) {}

    private final Emitter emitter;
    private final Space space;
    private final List<Value.Variable> buffers;
    private final Value row;
    private final Map<Coordinate, Value> coordinates = new HashMap<>();
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
        long inner = 1;
        for (Term term : terms(access).reversed()) {
            if (term.stride() != 0 && term.size() > 1) {
                boolean outermost = inner * term.size() == space.rows();
                Value coordinate = coordinate(inner, outermost ? 0 : term.size());
                address = Emitter.plus(address, scaled(coordinate, term.stride()));
            }
            inner *= term.size();
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

    /** The number of the row within an outer dimension. */
    private Value coordinate(int dimension) {
        List<Integer> outer = space.outer();
        long inner = outer.subList(dimension + 1, outer.size()).stream()
                .mapToLong(Integer::longValue)
                .reduce(1, Math::multiplyExact);
        boolean outermost = inner * outer.get(dimension) == space.rows();
        return outer.get(dimension) == 1 ? Emitter.integer(0) : coordinate(inner, outermost ? 0 : outer.get(dimension));
    }

    private static Value scaled(Value coordinate, long stride) {
        return Emitter.times(Emitter.toLong(coordinate), new Value.Literal(KernelType.LONG, stride * Float.BYTES));
    }

    private List<Term> terms(Access access) {
        List<Term> terms = new ArrayList<>();
        for (int i = 0; i < space.outer().size(); i++) {
            boolean moved = access.isMoved() && i == Access.MOVED;
            Term term = new Term(
                    space.outer().get(i), moved ? 0 : access.rowStrides().get(i));
            Term last = terms.isEmpty() ? null : terms.getLast();
            if (last != null && (last.size() == 1 || last.stride() == term.stride() * term.size())) {
                terms.set(terms.size() - 1, new Term(last.size() * term.size(), term.stride()));
            } else {
                terms.add(term);
            }
        }
        return terms;
    }

    /** A size of 0 means that nothing lies outside, so that no remainder is needed. */
    private Value coordinate(long inner, long size) {
        return coordinates.computeIfAbsent(new Coordinate(inner, size), key -> {
            Value value = row;
            if (inner > 1) {
                value = new Value.Binary(BinaryOperator.DIVIDE, value, Emitter.integer(inner));
            }
            if (size > 0) {
                value = new Value.Binary(BinaryOperator.REMAINDER, value, Emitter.integer(size));
            }
            return value instanceof Value.Variable ? value : emitter.let("index", value);
        });
    }
}
