package dev.quipu.dsl.catalog;

import dev.quipu.dsl.QuipuException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A list of presets. Catalogs are found through {@link ServiceLoader}: name the implementing class in
 * {@code META-INF/services/dev.quipu.dsl.catalog.ModelCatalog} of its jar.
 */
public interface ModelCatalog {
    /** The presets, in the order in which lists show them. */
    List<Preset> presets();

    /** The presets of all catalogs on the class path. */
    static List<Preset> all() {
        return ServiceLoader.load(ModelCatalog.class).stream()
                .flatMap(provider -> provider.get().presets().stream())
                .toList();
    }

    /** The preset of that name, if there is one. */
    static Optional<Preset> find(String name) {
        return all().stream().filter(preset -> preset.name().equals(name)).findFirst();
    }

    /**
     * The preset of that name.
     *
     * @throws QuipuException with the nearest names when there is none
     */
    static Preset preset(String name) {
        return find(name)
                .orElseThrow(() -> NearestNames.unknown(
                        "the name of a preset",
                        name,
                        all().stream().map(Preset::name).toList()));
    }
}
