package dev.quipu.dsl;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Models with other parts. A model is a tree of immutable records, so changing a part means building the records above it
 * again, through their canonical constructors; whatever lies beside stays the same instance. What occurs in several places is
 * replaced once, under the first path that leads to it, so that what was tied stays tied.
 */
public final class Layers {
    private final BiFunction<String, Layer, Layer> layers;
    private final BiFunction<String, Parameter, Parameter> parameters;
    private final IdentityHashMap<Object, Object> replaced = new IdentityHashMap<>();

    private Layers(BiFunction<String, Layer, Layer> layers, BiFunction<String, Parameter, Parameter> parameters) {
        this.layers = layers;
        this.parameters = parameters;
    }

    /**
     * The layers of a type below a layer, itself included, by path; one that occurs several times once, by its first path.
     */
    public static <T extends Layer> Map<String, T> all(Layer root, Class<T> type) {
        Map<String, T> found = new LinkedHashMap<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Components.walk("", root, (path, part) -> {
            if (type.isInstance(part) && seen.add(part)) {
                found.put(path, type.cast(part));
            }
        });
        return Collections.unmodifiableMap(found);
    }

    /** How often each parameter occurs as a component: more than once where it is tied. */
    public static Map<Parameter, Integer> uses(Layer root) {
        Map<Parameter, Integer> uses = new HashMap<>(); // parameters are equal by identity
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Components.walk("", root, (path, part) -> {
            if (part instanceof Layer layer && seen.add(layer)) {
                for (RecordComponent component : Components.of(path, layer)) {
                    count(Components.value(layer, component), uses);
                }
            }
        });
        return uses;
    }

    private static void count(Object part, Map<Parameter, Integer> uses) {
        switch (part) {
            case Parameter parameter -> uses.merge(parameter, 1, Integer::sum);
            case List<?> list -> list.forEach(element -> count(element, uses));
            case null -> {}
            default -> {}
        }
    }

    /**
     * The model with other layers below it.
     *
     * @param replacement what takes the place of the layer at a path; the layer itself to look at what is in it
     * @throws QuipuException where a record declares its component as a type that the replacement is not
     */
    public static <M extends Layer> M replace(M model, BiFunction<String, Layer, Layer> replacement) {
        return rewritten(model, new Layers(replacement, (path, parameter) -> parameter));
    }

    /** The model with other parameters; the function gets each with its name. */
    public static <M extends Layer> M replaceParameters(M model, BiFunction<String, Parameter, Parameter> replacement) {
        return rewritten(model, new Layers((path, layer) -> layer, replacement));
    }

    private static <M extends Layer> M rewritten(M model, Layers rewriting) {
        @SuppressWarnings("unchecked") // built by the constructor of the model's own class
        M result = (M) rewriting.inside("", model);
        return result;
    }

    private Object rewrite(String path, Object part) {
        return switch (part) {
            case Parameter parameter -> once(parameter, () -> parameters.apply(path, parameter));
            case Layer layer ->
                once(layer, () -> {
                    Layer other = layers.apply(path, layer);
                    return isSame(other, layer) ? inside(path, layer) : other;
                });
            case List<?> list -> elements(path, list);
            case null -> null;
            default -> part;
        };
    }

    private Object once(Object part, Supplier<Object> replacement) {
        Object known = replaced.get(part);
        if (known == null) {
            known = replacement.get();
            replaced.put(part, known);
        }
        return known;
    }

    /** Records are equal by their components, but the layers of a model are told apart by identity. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Object one, Object other) {
        return one == other;
    }

    private List<?> elements(String path, List<?> list) {
        List<Object> others = new ArrayList<>();
        boolean same = true;
        for (int i = 0; i < list.size(); i++) {
            others.add(rewrite(Components.join(path, Integer.toString(i)), list.get(i)));
            same &= isSame(others.get(i), list.get(i));
        }
        return same ? list : Collections.unmodifiableList(others);
    }

    private Layer inside(String path, Layer layer) {
        RecordComponent[] components = Components.of(path, layer);
        Object[] values = new Object[components.length];
        boolean same = true;
        for (int i = 0; i < components.length; i++) {
            Object value = Components.value(layer, components[i]);
            values[i] = rewrite(Components.join(path, components[i].getName()), value);
            if (!isSame(values[i], value)) {
                same = false;
                check(path, layer, components[i], values[i]);
            }
        }
        return same ? layer : Components.rebuilt(layer, values);
    }

    /** A list's elements are checked too, because its constructor cannot: at run time a list has no element type. */
    private static void check(String path, Layer layer, RecordComponent component, Object value) {
        if (value instanceof List<?> list) {
            Type declared = component.getGenericType() instanceof ParameterizedType type
                    ? type.getActualTypeArguments()[0]
                    : Object.class;
            if (declared instanceof Class<?> elementType) {
                list.forEach(element -> check(path, layer, component, elementType, element));
            }
            return;
        }
        check(path, layer, component, component.getType(), value);
    }

    private static void check(String path, Layer layer, RecordComponent component, Class<?> declared, Object value) {
        if (value != null && !declared.isInstance(value)) {
            throw QuipuException.of(
                    "a component that may be a " + value.getClass().getSimpleName(),
                    declared.getSimpleName() + " " + component.getName() + " in the declaration of "
                            + layer.getClass().getSimpleName(),
                    Components.join(path, component.getName()),
                    "declare it as Layer");
        }
    }
}
