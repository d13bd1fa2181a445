package dev.quipu.runtime.weights;

import dev.quipu.runtime.files.Printable;
import dev.quipu.runtime.pickle.PickleRefusal;
import dev.quipu.runtime.pickle.PickleValue;
import dev.quipu.runtime.pickle.PickleValue.Built;
import dev.quipu.runtime.pickle.PickleValue.Bytes;
import dev.quipu.runtime.pickle.PickleValue.Global;
import dev.quipu.runtime.pickle.PickleValue.Mapping;
import dev.quipu.runtime.pickle.PickleValue.Scalar;
import dev.quipu.runtime.pickle.PickleValue.Sequence;
import dev.quipu.runtime.pickle.PickleWork;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a checkpoint holds, taken apart: tensors under the dotted path of their keys, such as {@code
 * optimizer.state.0.exp_avg}, and everything else in the containers it came in. A container of nothing but tensors is left
 * out of the rest; in a list, a tensor's place holds null.
 */
final class TorchContents {
    private static final int MAXIMUM_DEPTH = 64;

    /** The most values and letters of names, those of a value that is part of several others counted each time. */
    private static final long MAXIMUM_WORK = 16_000_000;

    /** The name of what has no key: a file may be one tensor. */
    private static final String ROOT = "value";

    /** Stands for a value that left nothing beside its tensors. */
    private static final Object TAKEN = new Object();

    private final SequencedMap<String, TorchTensor> tensors = new LinkedHashMap<>();
    private final Map<String, Object> rest;
    private final PickleWork work = new PickleWork(MAXIMUM_WORK);

    /** @throws PickleRefusal if it is nested too deep, or two tensors have one name */
    TorchContents(PickleValue root) {
        boolean named = root instanceof Mapping || root instanceof Sequence;
        rest = switch (take(named ? "" : ROOT, root, 0)) {
            case Map<?, ?> map -> Collections.unmodifiableMap(strings(map));
            case Object other when isTaken(other) -> Map.of();
            case null -> Collections.singletonMap(ROOT, null);
            case Object other -> Map.of(ROOT, other);
        };
    }

    SequencedMap<String, TorchTensor> tensors() {
        return tensors;
    }

    Map<String, Object> rest() {
        return rest;
    }

    private static boolean isTaken(Object taken) {
        return TAKEN.equals(taken);
    }

    private static Map<String, Object> strings(Map<?, ?> map) {
        Map<String, Object> strings = new LinkedHashMap<>();
        map.forEach((key, value) -> strings.put((String) key, value));
        return strings;
    }

    private Object take(String name, PickleValue value, int depth) {
        work.spend(1L + name.length());
        if (depth > MAXIMUM_DEPTH) {
            throw new PickleRefusal("containers at most " + MAXIMUM_DEPTH + " deep", "deeper ones");
        }
        return switch (value) {
            case Scalar scalar -> scalar.value();
            case Global global -> global.name();
            case Bytes bytes -> numbers(bytes);
            case Sequence sequence -> items(name, sequence, depth);
            case Mapping mapping -> entries(name, mapping, depth);
            case Built built -> tensor(name, built);
        };
    }

    private Object tensor(String name, Built built) {
        TorchTensor tensor = switch (built) {
            case TorchTensor known -> known;
            case TorchStorage storage -> storage.whole();
            default -> throw new AssertionError(built.kind());
        };
        if (tensors.put(name, tensor) != null) {
            throw new PickleRefusal("different names", "two tensors " + Printable.of(name));
        }
        return TAKEN;
    }

    private List<Object> numbers(Bytes bytes) {
        work.spend(bytes.bytes().byteSize());
        List<Object> numbers = new ArrayList<>();
        for (byte number : bytes.bytes().toArray(ValueLayout.JAVA_BYTE)) {
            numbers.add((long) Byte.toUnsignedInt(number));
        }
        return numbers;
    }

    private Object items(String name, Sequence sequence, int depth) {
        List<Object> items = new ArrayList<>();
        boolean onlyTensors = !sequence.items().isEmpty();
        for (PickleValue item : sequence.items()) {
            Object taken = take(join(name, Integer.toString(items.size())), item, depth + 1);
            onlyTensors &= isTaken(taken);
            items.add(isTaken(taken) ? null : taken);
        }
        return onlyTensors ? TAKEN : Collections.unmodifiableList(items);
    }

    private Object entries(String name, Mapping mapping, int depth) {
        Map<String, Object> entries = new LinkedHashMap<>();
        boolean empty = mapping.entries().isEmpty() && !(mapping.attributes() instanceof Mapping);
        takeEntries(name, mapping, depth, entries);
        if (mapping.attributes() instanceof Mapping attributes) {
            takeEntries(name, attributes, depth, entries);
        }
        return entries.isEmpty() && !empty ? TAKEN : Collections.unmodifiableMap(entries);
    }

    private void takeEntries(String name, Mapping mapping, int depth, Map<String, Object> entries) {
        mapping.entries().forEach((key, value) -> {
            String text = String.valueOf(key.value());
            Object taken = take(join(name, text), value, depth + 1);
            if (!isTaken(taken)) {
                if (entries.containsKey(text)) {
                    throw new PickleRefusal("different keys", "two of " + Printable.of(join(name, text)));
                }
                entries.put(text, taken);
            }
        });
    }

    private static String join(String name, String key) {
        return name.isEmpty() ? key : name + "." + key;
    }
}
