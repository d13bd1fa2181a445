package dev.quipu.dsl;

import dev.quipu.dsl.op.ReadState;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One run of a model's {@code forward} on symbolic tensors. It knows the path of every layer and parameter below the model,
 * from the records' components, and gives each parameter one tensor.
 */
public final class Trace {
    private static final ScopedValue<Trace> CURRENT = ScopedValue.newInstance();
    private static final ScopedValue<String> LAYER = ScopedValue.newInstance();
    private static final ScopedValue<Site> SITE = ScopedValue.newInstance();

    private final IdentityHashMap<Layer, String> layers = new IdentityHashMap<>();
    private final IdentityHashMap<Parameter, String> names = new IdentityHashMap<>();
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final IdentityHashMap<Parameter, Tensor> reads = new IdentityHashMap<>();

    private Trace(Layer root) {
        Components.walk("", root, this::enter);
    }

    /** Runs a body with the layers and parameters below {@code root} known by their paths. */
    static <T> T run(Layer root, Supplier<T> body) {
        Trace trace = new Trace(root);
        return ScopedValue.where(CURRENT, trace).call(body::get);
    }

    /** The parameters below a layer by name, in the order of the records' components; a tied one once, by its first path. */
    public static Map<String, Parameter> parameters(Layer root) {
        return Collections.unmodifiableMap(new Trace(root).parameters);
    }

    /** As {@link #parameters(Layer)} of the layer whose trace runs now. */
    static Map<String, Parameter> parameters() {
        return Collections.unmodifiableMap(CURRENT.get().parameters);
    }

    /** Runs a body whose nodes all get one site: what a compiler pass makes belongs to the node that it was made for. */
    public static <T> T at(Site site, Supplier<T> body) {
        return ScopedValue.where(SITE, site).call(body::get);
    }

    /** The site of a node that is made now. */
    static Site site() {
        return SITE.isBound()
                ? SITE.get()
                : new Site(LAYER.isBound() ? LAYER.get() : "", Origin.ofCaller(), Site.Pass.FORWARD);
    }

    static <T> T inside(Layer layer, Supplier<T> body) {
        if (!CURRENT.isBound()) {
            return body.get();
        }
        String path = CURRENT.get().layers.get(layer);
        return path == null ? body.get() : ScopedValue.where(LAYER, path).call(body::get);
    }

    static Tensor read(Parameter parameter) {
        if (!CURRENT.isBound()) {
            throw new QuipuException("parameter of shape " + parameter.shape()
                    + " was read outside a trace; read parameters inside the forward method of a layer");
        }
        return CURRENT.get().readOnce(parameter);
    }

    private Tensor readOnce(Parameter parameter) {
        String name = names.get(parameter);
        if (name == null) {
            throw QuipuException.of(
                    "a parameter that is a component of the model or of one of its layers",
                    "one of shape " + parameter.shape() + " outside it",
                    site().toString(),
                    "make it a component of the layer's record");
        }
        return reads.computeIfAbsent(
                parameter,
                p -> Tensor.apply(new ReadState(name, new Type(DType.F32, p.shape())))
                        .output(0));
    }

    private void enter(String path, Object part) {
        switch (part) {
            case Parameter parameter -> {
                if (names.putIfAbsent(parameter, path) == null) {
                    parameters.put(path, parameter);
                }
            }
            case Layer layer -> layers.putIfAbsent(layer, path);
            default -> throw new AssertionError(part);
        }
    }
}
