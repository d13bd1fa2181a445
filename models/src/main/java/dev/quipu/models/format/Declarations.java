package dev.quipu.models.format;

import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Trace;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Compares models as declared: parameters by shape instead of by identity. */
final class Declarations {
    private Declarations() {}

    /** Whether two models are the same records with the same attributes, and tie the same parameters. */
    static boolean same(Layer left, Layer right) {
        return sameParts(left, right)
                && Trace.parameters(left)
                        .keySet()
                        .equals(Trace.parameters(right).keySet());
    }

    private static boolean sameParts(Object left, Object right) {
        if (left instanceof Parameter one && right instanceof Parameter other) {
            return one.shape().equals(other.shape());
        }
        if (left instanceof List<?> ones && right instanceof List<?> others) {
            return ones.size() == others.size()
                    && IntStream.range(0, ones.size()).allMatch(i -> sameParts(ones.get(i), others.get(i)));
        }
        if (left instanceof Layer one && right instanceof Layer other) {
            return one.getClass() == other.getClass()
                    && Arrays.stream(one.getClass().getRecordComponents())
                            .allMatch(part -> sameParts(value(part, one), value(part, other)));
        }
        return Objects.equals(left, right);
    }

    private static Object value(RecordComponent part, Layer layer) {
        try {
            part.getAccessor().setAccessible(true);
            return part.getAccessor().invoke(layer);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("component " + part + " of " + layer.getClass(), e);
        }
    }
}
