package dev.quipu.dsl.text;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.op.Op;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How an op is written: its mnemonic and its attributes, which are the components of its record. Read once per op class. */
record OpForm(String mnemonic, List<Attribute> attributes, Constructor<?> constructor) {
    /** One component of an op's record. */
    record Attribute(String name, AttributeKind kind, Method accessor) {
        Object of(Op op) {
            try {
                return accessor.invoke(op);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new LinkageError("attribute " + name + " of " + op, e);
            }
        }
    }

    /** All ops by mnemonic. */
    static final Map<String, OpForm> ALL = all();

    static OpForm of(Op op) {
        return ALL.get(op.mnemonic());
    }

    /** The op with these attributes, in order. */
    Op op(List<Object> values) {
        try {
            return (Op) constructor.newInstance(values.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof QuipuException mistake) {
                throw mistake;
            }
            throw new AssertionError(mnemonic + values, e);
        } catch (InstantiationException | IllegalAccessException e) {
            throw new LinkageError(mnemonic + values, e);
        }
    }

    private static Map<String, OpForm> all() {
        Map<String, OpForm> forms = new TreeMap<>();
        for (Class<?> type : records(Op.class)) {
            List<Attribute> attributes = Arrays.stream(type.getRecordComponents())
                    .map(part -> new Attribute(part.getName(), AttributeKind.of(part.getType()), part.getAccessor()))
                    .toList();
            forms.put(Op.mnemonic(type), new OpForm(Op.mnemonic(type), attributes, canonical(type)));
        }
        return Collections.unmodifiableMap(forms);
    }

    private static Constructor<?> canonical(Class<?> type) {
        Class<?>[] components = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(components);
        } catch (NoSuchMethodException e) {
            throw new LinkageError("a record has a canonical constructor: " + type, e);
        }
    }

    private static List<Class<?>> records(Class<?> type) {
        List<Class<?>> found = new ArrayList<>();
        if (type.isRecord()) {
            found.add(type);
        } else {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                found.addAll(records(permitted));
            }
        }
        return found;
    }
}
