package dev.quipu.runtime.op;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.List;

/** Naive computations by index arithmetic: division and remainder, where the interpreter walks strides. */
final class Elements {
    private Elements() {}

    /** An output's element at an index, from the leaves. */
    @FunctionalInterface
    interface Rule {
        double at(List<Array> leaves, int... index);
    }

    /** One output, element by element. */
    static OpRow.Naive each(String type, Rule rule) {
        return leaves -> List.of(array(type, leaves, rule));
    }

    static Array array(String text, List<Array> leaves, Rule rule) {
        Type type = Leaf.type(text);
        int[] sizes = type.shape().sizes();
        return Array.of(type, place -> rule.at(leaves, index(place, sizes)));
    }

    /** The element at an index. Missing leading indices are 0, surplus ones are dropped, and size-1 axes repeat. */
    static double at(Array array, int... index) {
        Shape shape = array.type().shape();
        int place = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int size = shape.size(axis);
            int aligned = axis + index.length - shape.rank();
            place = place * size + (aligned < 0 || size == 1 ? 0 : index[aligned]);
        }
        return array.get(place);
    }

    /** A copy of an index with another position on one axis. */
    static int[] with(int[] index, int axis, int position) {
        int[] changed = index.clone();
        changed[axis < 0 ? axis + index.length : axis] = position;
        return changed;
    }

    private static int[] index(int place, int[] sizes) {
        int[] index = new int[sizes.length];
        int rest = place;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            index[axis] = rest % sizes[axis];
            rest /= sizes[axis];
        }
        return index;
    }
}
