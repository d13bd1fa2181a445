package dev.quipu.runtime.pickle;

import dev.quipu.runtime.files.Printable;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * A value that a pickle describes. A value may be part of several others, and lists and maps even of themselves, so nothing
 * here compares or prints values as a whole.
 */
public sealed interface PickleValue {
    /** What it is, in a message. */
    String kind();

    /** {@code None}, a {@link Boolean}, {@link Long}, {@link BigInteger}, {@link Double} or {@link String}. */
    record Scalar(Object value) implements PickleValue {
        public static final Scalar NONE = new Scalar(null);

        @Override
        public String kind() {
            return switch (value) {
                case null -> "None";
                case Boolean truth -> truth ? "True" : "False";
                case String text -> "the string '" + Printable.of(text) + "'";
                default -> "the number " + Printable.of(value.toString());
            };
        }
    }

    /** A byte string: a slice of the file. */
    record Bytes(MemorySegment bytes) implements PickleValue {
        @Override
        public String kind() {
            return "bytes";
        }
    }

    /** A list, tuple or set, with the items in the file's order; a set's are not compared with each other. */
    final class Sequence implements PickleValue {
        private final String kind;
        private final List<PickleValue> items;

        private Sequence(String kind, List<PickleValue> items) {
            this.kind = kind;
            this.items = items;
        }

        static Sequence list(List<PickleValue> items) {
            return new Sequence("a list", new ArrayList<>(items));
        }

        static Sequence set(List<PickleValue> items) {
            return new Sequence("a set", new ArrayList<>(items));
        }

        /** The numbers of a {@code torch.Size} and the like. */
        public static Sequence tuple(List<PickleValue> items) {
            return new Sequence("a tuple", List.copyOf(items));
        }

        /** Whether items can still be added. */
        boolean isTuple() {
            return kind.equals("a tuple");
        }

        void add(PickleValue item) {
            items.add(item);
        }

        public List<PickleValue> items() {
            return Collections.unmodifiableList(items);
        }

        @Override
        public String kind() {
            return kind;
        }
    }

    /** A dictionary, or the attributes of a plain object, in the file's order. */
    final class Mapping implements PickleValue {
        private final SequencedMap<Scalar, PickleValue> entries = new LinkedHashMap<>();
        private PickleValue attributes = Scalar.NONE;

        /** Python's own dictionaries keep attributes apart from entries. */
        public PickleValue attributes() {
            return attributes;
        }

        void attributes(PickleValue values) {
            attributes = values;
        }

        void put(Scalar key, PickleValue value) {
            entries.put(key, value);
        }

        public SequencedMap<Scalar, PickleValue> entries() {
            return Collections.unmodifiableSequencedMap(entries);
        }

        @Override
        public String kind() {
            return "a dictionary";
        }
    }

    /** A class or function by its full name, one of those that the reader's {@link PickleGlobals} know. */
    record Global(String name) implements PickleValue {
        @Override
        public String kind() {
            return "the name " + Printable.of(name);
        }
    }

    /** What {@link PickleGlobals} make. */
    non-sealed interface Built extends PickleValue {}
}
