package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;
import java.util.Locale;

/**
 * What a node computes. An op's record components are its attributes; its inputs are tensors. The vocabulary is closed:
 * every pass and every lowering is an exhaustive switch over it.
 */
public sealed interface Op permits Differentiable, Terminal {
    /**
     * The shape rule.
     *
     * @throws ShapeMismatch when the inputs do not fit
     */
    List<Type> types(List<Type> inputs);

    /** The name in printed graphs: the record's name with a small first letter. */
    default String mnemonic() {
        return mnemonic(getClass());
    }

    /** The mnemonic of an op class. */
    static String mnemonic(Class<?> type) {
        String name = type.getSimpleName();
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }
}
