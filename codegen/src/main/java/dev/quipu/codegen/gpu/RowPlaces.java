package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.RowTerm;
import dev.quipu.codegen.launch.Space;
import java.util.HashMap;
import java.util.Map;

/** Numbers of a row's first elements in the buffers, from the row's number. */
final class RowPlaces {
    private final Emitter emitter;
    private final Space space;
    private final Memories memories;
    private final Value row;
    private final Map<RowTerm, Value> coordinates = new HashMap<>();
    private final Map<Integer, Value> moved = new HashMap<>();
    private final Map<Value, Value> places = new HashMap<>();

    RowPlaces(Emitter emitter, Space space, Memories memories, Value row) {
        this.emitter = emitter;
        this.space = space;
        this.memories = memories;
        this.row = row;
    }

    /** INT: the element of column 0. */
    Value of(Access access) {
        Value place = Emitter.integer(access.offset());
        for (RowTerm term : RowTerm.of(access, space)) {
            place = Emitter.plus(place, Emitter.times(coordinate(term), term.stride()));
        }
        if (access.isMoved()) {
            Value last = Emitter.integer(access.positionLimit() - 1);
            Value existing = new Value.Binary(BinaryOperator.MIN, moved(access), last);
            place = Emitter.plus(place, Emitter.times(existing, access.positionStride()));
        }
        return place instanceof Value.Literal || place instanceof Value.Variable
                ? place
                : places.computeIfAbsent(place, value -> emitter.let("at", value));
    }

    /** Whether the place of a moved row exists. */
    Value exists(Access access) {
        return new Value.Compare(Comparison.LESS, moved(access), Emitter.integer(access.positionLimit()));
    }

    /** The number of a moved row: its sequence's position plus its own number. */
    private Value moved(Access access) {
        return moved.computeIfAbsent(access.positionBuffer(), buffer -> {
            Value position = memories.load(buffer, coordinate(Access.SEQUENCES));
            return emitter.let("place", Emitter.plus(coordinate(Access.MOVED), position));
        });
    }

    private Value coordinate(int dimension) {
        return space.outer().get(dimension) == 1
                ? Emitter.integer(0)
                : coordinate(RowTerm.coordinate(space, dimension));
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
