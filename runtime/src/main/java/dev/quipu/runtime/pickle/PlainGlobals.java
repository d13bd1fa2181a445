package dev.quipu.runtime.pickle;

import dev.quipu.runtime.pickle.PickleValue.Bytes;
import dev.quipu.runtime.pickle.PickleValue.Global;
import dev.quipu.runtime.pickle.PickleValue.Mapping;
import dev.quipu.runtime.pickle.PickleValue.Scalar;
import dev.quipu.runtime.pickle.PickleValue.Sequence;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Python's own containers that pickles name instead of having opcodes for them. */
public final class PlainGlobals implements PickleGlobals {
    private static final int CHARACTERS_PER_VALUE = 16;

    /** What calling a name makes. */
    @FunctionalInterface
    private interface Constructor {
        PickleValue of(List<PickleValue> arguments, PickleWork work);
    }

    private static final Map<String, Constructor> CONSTRUCTORS = Map.ofEntries(
            Map.entry("collections.OrderedDict", PlainGlobals::mapping),
            Map.entry("collections.Counter", PlainGlobals::mapping),
            // Its argument makes values of missing keys, of which a file has none.
            Map.entry("collections.defaultdict", (arguments, work) -> new Mapping()),
            Map.entry("argparse.Namespace", (arguments, work) -> mapping(none(arguments), work)),
            Map.entry("types.SimpleNamespace", (arguments, work) -> mapping(none(arguments), work)),
            Map.entry("builtins.dict", PlainGlobals::mapping),
            Map.entry("builtins.list", (arguments, work) -> Sequence.list(items(arguments, work))),
            Map.entry("builtins.set", (arguments, work) -> Sequence.set(items(arguments, work))),
            Map.entry("builtins.frozenset", (arguments, work) -> Sequence.set(items(arguments, work))),
            Map.entry("builtins.bytearray", PlainGlobals::bytes),
            Map.entry("builtins.bytes", PlainGlobals::bytes),
            Map.entry("_codecs.encode", PlainGlobals::encoded));

    /** Types that {@code defaultdict}s and the like name; they are not called. */
    private static final Set<String> TYPES =
            Set.of("builtins.int", "builtins.float", "builtins.str", "builtins.bool", "builtins.tuple");

    /** Python 2's name of the module, which protocol 2 writes for Python 3's. */
    private static String modern(String name) {
        return name.startsWith("__builtin__.") ? "builtins." + name.substring("__builtin__.".length()) : name;
    }

    @Override
    public Optional<PickleValue> global(String name) {
        String modern = modern(name);
        return CONSTRUCTORS.containsKey(modern) || TYPES.contains(modern)
                ? Optional.of(new Global(modern))
                : Optional.empty();
    }

    @Override
    public PickleValue call(Global function, List<PickleValue> arguments, PickleWork work) {
        Constructor constructor = CONSTRUCTORS.get(function.name());
        if (constructor == null) {
            throw new PickleRefusal("a constructor of a plain container", function.kind());
        }
        return constructor.of(arguments, work);
    }

    @Override
    public PickleValue persistent(PickleValue id) {
        throw new PickleRefusal("no persistent ids", id.kind());
    }

    private static List<PickleValue> none(List<PickleValue> arguments) {
        if (!arguments.isEmpty()) {
            throw new PickleRefusal("no arguments", arguments.size() + " arguments");
        }
        return arguments;
    }

    /** The entries of another dictionary, or of a list of keys and values. */
    private static Mapping mapping(List<PickleValue> arguments, PickleWork work) {
        Mapping mapping = new Mapping();
        if (arguments.size() == 1 && arguments.getFirst() instanceof Mapping other) {
            work.spend(other.entries().size());
            other.entries().forEach(mapping::put);
            return mapping;
        }
        for (PickleValue item : items(arguments, work)) {
            if (!(item instanceof Sequence pair) || pair.items().size() != 2) {
                throw new PickleRefusal("keys and values", item.kind());
            }
            mapping.put(PickleMachine.key(pair.items().getFirst()), pair.items().getLast());
        }
        return mapping;
    }

    private static List<PickleValue> items(List<PickleValue> arguments, PickleWork work) {
        if (arguments.isEmpty()) {
            return List.of();
        }
        if (arguments.size() != 1 || !(arguments.getFirst() instanceof Sequence sequence)) {
            throw new PickleRefusal(
                    "one list or tuple",
                    arguments.size() + " arguments, the first "
                            + arguments.getFirst().kind());
        }
        work.spend(sequence.items().size());
        return sequence.items();
    }

    private static Bytes bytes(List<PickleValue> arguments, PickleWork work) {
        if (arguments.isEmpty()) {
            return new Bytes(MemorySegment.ofArray(new byte[0]));
        }
        return arguments.getFirst() instanceof Bytes bytes ? bytes : encoded(arguments, work);
    }

    /** Protocol 2 has no opcode for bytes: it writes them as text of the letters 0 to 255. */
    private static Bytes encoded(List<PickleValue> arguments, PickleWork work) {
        if (arguments.size() == 2
                && arguments.getFirst() instanceof Scalar(String text)
                && arguments.getLast() instanceof Scalar(String encoding)
                && (encoding.equals("latin1") || encoding.equals("latin-1"))) {
            work.spend(1 + text.length() / CHARACTERS_PER_VALUE);
            return new Bytes(MemorySegment.ofArray(text.getBytes(StandardCharsets.ISO_8859_1)));
        }
        throw new PickleRefusal("text and the encoding latin1", arguments.size() + " other arguments");
    }
}
