package dev.quipu.dsl.catalog;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import java.util.function.Supplier;

/**
 * A model that has a name.
 *
 * @param name lower-case letters, digits, dots and hyphens, such as {@code llama-7b}
 * @param description one line, for lists
 * @param declaration declares the model anew, with parameters of its own
 * @param recipe how it is trained
 */
public record Preset(String name, String description, Supplier<? extends Model> declaration, TrainingRecipe recipe) {
    public Preset {
        if (!name.matches("[a-z0-9][a-z0-9.-]*")) {
            throw QuipuException.of("a name of lower-case letters, digits, '.' and '-'", name, "preset", "");
        }
    }

    public Model model() {
        return declaration.get();
    }
}
