package dev.quipu.dsl.catalog;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import java.util.function.IntFunction;

/**
 * A model that has a name.
 *
 * @param name lower-case letters, digits, dots and hyphens, such as {@code llama-7b}
 * @param description one line, for lists
 * @param vocabulary number of token ids that the model knows
 * @param declaration declares the model anew for a vocabulary, with parameters of its own
 * @param recipe how it is trained
 */
public record Preset(
        String name,
        String description,
        int vocabulary,
        IntFunction<? extends Model> declaration,
        TrainingRecipe recipe) {
    /** Sizes of vocabularies are multiples of it, for the sake of the kernels. */
    private static final int MULTIPLE = 8;

    public Preset {
        if (!name.matches("[a-z0-9][a-z0-9.-]*")) {
            throw QuipuException.of("a name of lower-case letters, digits, '.' and '-'", name, "preset", "");
        }
    }

    public Model model() {
        return declaration.apply(vocabulary);
    }

    /** The model with a larger vocabulary where its own has no room for so many tokens. */
    public Model modelFor(int tokens) {
        return declaration.apply(tokens <= vocabulary ? vocabulary : Math.ceilDiv(tokens, MULTIPLE) * MULTIPLE);
    }
}
