package dev.quipu.dsl;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The components of a layer's record, by reflection: the language has no other way to list them. */
final class Components {
    /** To ask a class is slow, and every layer is asked in every trace. */
    private static final ClassValue<RecordComponent[]> KNOWN = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> layer) {
            return layer.getRecordComponents();
        }
    };

    /** Each call of {@link RecordComponent#getAccessor} makes a new one. */
    private static final ClassValue<Map<String, Method>> ACCESSORS = new ClassValue<>() {
        @Override
        protected Map<String, Method> computeValue(Class<?> layer) {
            Map<String, Method> accessors = new HashMap<>();
            for (RecordComponent component : KNOWN.get(layer)) {
                Method accessor = component.getAccessor();
                accessor.setAccessible(true);
                accessors.put(component.getName(), accessor);
            }
            return accessors;
        }
    };

    private Components() {}

    /** Visits what lies below a layer: each parameter, layer and list element under its path, as often as it occurs. */
    interface Visitor {
        void visit(String path, Object part);
    }

    /** Visits a layer and all below it, outermost first, in the order of the components; attributes are left out. */
    static void walk(String path, Object part, Visitor visitor) {
        switch (part) {
            case Parameter parameter -> visitor.visit(path, parameter);
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    walk(join(path, Integer.toString(i)), list.get(i), visitor);
                }
            }
            case Layer layer -> {
                visitor.visit(path, layer);
                for (RecordComponent component : of(path, layer)) {
                    walk(join(path, component.getName()), value(layer, component), visitor);
                }
            }
            case null -> {} // a variant that lacks the component
            default -> {} // an attribute of a layer: a number, a configuration
        }
    }

    /**
     * The components of a layer.
     *
     * @throws QuipuException if the layer is no record
     */
    static RecordComponent[] of(String path, Layer layer) {
        if (!(layer instanceof Record)) {
            throw QuipuException.of(
                    "a layer that is a record", layer.getClass().getName(), path, "declare it as a record");
        }
        return KNOWN.get(layer.getClass()).clone();
    }

    static Object value(Layer layer, RecordComponent component) {
        try {
            return ACCESSORS.get(layer.getClass()).get(component.getName()).invoke(layer);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new QuipuException(
                    "layer " + layer.getClass().getName() + ": component " + component.getName() + " cannot be read: "
                            + e,
                    e);
        }
    }

    /** The layer that the canonical constructor makes of other components. */
    static Layer rebuilt(Layer layer, Object[] values) {
        Class<? extends Layer> type = layer.getClass();
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof QuipuException refusal) {
                throw refusal;
            }
            throw new QuipuException(
                    "layer " + type.getName() + ": its constructor refuses other components: " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new QuipuException("layer " + type.getName() + ": it cannot be built again: " + e, e);
        }
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
