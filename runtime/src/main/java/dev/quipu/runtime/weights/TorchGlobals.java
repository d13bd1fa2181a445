package dev.quipu.runtime.weights;

import dev.quipu.runtime.files.Printable;
import dev.quipu.runtime.pickle.PickleGlobals;
import dev.quipu.runtime.pickle.PickleRefusal;
import dev.quipu.runtime.pickle.PickleValue;
import dev.quipu.runtime.pickle.PickleValue.Global;
import dev.quipu.runtime.pickle.PickleValue.Scalar;
import dev.quipu.runtime.pickle.PickleValue.Sequence;
import dev.quipu.runtime.pickle.PickleWork;
import dev.quipu.runtime.pickle.PlainGlobals;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** The names that PyTorch's checkpoints use: storages, tensors, and what describes them; and Python's plain containers. */
final class TorchGlobals implements PickleGlobals {
    private static final String FROM_TYPE = "torch._tensor._rebuild_from_type_v2";

    /** What calling a name makes. */
    @FunctionalInterface
    private interface Constructor {
        PickleValue of(List<PickleValue> arguments, PickleWork work);
    }

    private static final Map<String, Constructor> CONSTRUCTORS = constructors();

    private static Map<String, Constructor> constructors() {
        Map<String, Constructor> table = new LinkedHashMap<>();
        table.put("torch._utils._rebuild_tensor", TorchGlobals::tensor);
        table.put("torch._utils._rebuild_tensor_v2", TorchGlobals::tensor);
        table.put("torch._utils._rebuild_tensor_v3", TorchGlobals::typedTensor);
        table.put("torch._utils._rebuild_parameter", TorchGlobals::parameter);
        table.put("torch._utils._rebuild_parameter_with_state", TorchGlobals::parameter);
        table.put("torch.Size", TorchGlobals::size);
        table.put("torch.device", TorchGlobals::device);
        return Map.copyOf(table);
    }

    private final PlainGlobals plain = new PlainGlobals();
    private final SequencedMap<String, TorchStorage> storages = new LinkedHashMap<>();

    /** The storages that were named. */
    SequencedMap<String, TorchStorage> storages() {
        return storages;
    }

    @Override
    public Optional<PickleValue> global(String name) {
        if (TorchElements.ofDtype(name).isPresent() || name.equals("torch.strided")) {
            return Optional.of(new Scalar(name));
        }
        boolean known = CONSTRUCTORS.containsKey(name)
                || TorchElements.ofStorage(name).isPresent()
                || isTensorClass(name)
                || name.equals(FROM_TYPE);
        return known ? Optional.of(new Global(name)) : plain.global(name);
    }

    private static boolean isTensorClass(String name) {
        return switch (name) {
            case "torch.Tensor", "torch._tensor.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer" ->
                true;
            default -> false;
        };
    }

    @Override
    public PickleValue call(Global function, List<PickleValue> arguments, PickleWork work) {
        if (function.name().equals(FROM_TYPE)) {
            return fromType(arguments, work);
        }
        Constructor constructor = CONSTRUCTORS.get(function.name());
        return constructor == null ? plain.call(function, arguments, work) : constructor.of(arguments, work);
    }

    /** (function, class, its arguments, attributes): a tensor with attributes, which are not values of the model. */
    private static PickleValue fromType(List<PickleValue> arguments, PickleWork work) {
        if (argument(arguments, 0) instanceof Global(String function)
                && CONSTRUCTORS.containsKey(function)
                && argument(arguments, 1) instanceof Global(String type)
                && isTensorClass(type)) {
            return CONSTRUCTORS.get(function).of(sequence(arguments, 2), work);
        }
        throw new PickleRefusal(
                "a tensor of a class of PyTorch's",
                argument(arguments, 0).kind() + " and " + argument(arguments, 1).kind());
    }

    /** (storage, offset, sizes, strides, ...): gradients' flags and hooks follow. */
    private static PickleValue tensor(List<PickleValue> arguments, PickleWork work) {
        work.spend(1);
        TorchStorage storage = storage(arguments);
        return tensor(storage, storage.type(), arguments);
    }

    /** (storage, offset, sizes, strides, requires_grad, hooks, dtype, ...). */
    private static PickleValue typedTensor(List<PickleValue> arguments, PickleWork work) {
        work.spend(1);
        if (argument(arguments, 6) instanceof Scalar(String name)) {
            ElementType type =
                    TorchElements.ofDtype(name).orElseThrow(() -> new PickleRefusal("a dtype", Printable.of(name)));
            return tensor(storage(arguments), type, arguments);
        }
        throw new PickleRefusal("a dtype", argument(arguments, 6).kind());
    }

    private static TorchTensor tensor(TorchStorage storage, ElementType type, List<PickleValue> arguments) {
        return new TorchTensor(
                storage, type, number(argument(arguments, 1)), numbers(arguments, 2), numbers(arguments, 3));
    }

    private static TorchStorage storage(List<PickleValue> arguments) {
        if (argument(arguments, 0) instanceof TorchStorage storage) {
            return storage;
        }
        throw new PickleRefusal("a storage", argument(arguments, 0).kind());
    }

    /** (tensor, requires_grad, hooks, ...). */
    private static PickleValue parameter(List<PickleValue> arguments, PickleWork work) {
        work.spend(1);
        if (argument(arguments, 0) instanceof TorchTensor tensor) {
            return tensor;
        }
        throw new PickleRefusal("a tensor", argument(arguments, 0).kind());
    }

    private static PickleValue size(List<PickleValue> arguments, PickleWork work) {
        work.spend(sequence(arguments, 0).size());
        return Sequence.tuple(sequence(arguments, 0));
    }

    /** A device's name, {@code cuda:0}. */
    private static PickleValue device(List<PickleValue> arguments, PickleWork work) {
        work.spend(1);
        if (argument(arguments, 0) instanceof Scalar(String kind)) {
            return arguments.size() == 1 ? arguments.getFirst() : new Scalar(kind + ":" + number(arguments.get(1)));
        }
        throw new PickleRefusal("a device", argument(arguments, 0).kind());
    }

    /** ("storage", class, key, device, elements): the elements lie elsewhere in the file. */
    @Override
    public PickleValue persistent(PickleValue id) {
        List<PickleValue> parts = id instanceof Sequence tuple ? tuple.items() : List.of();
        if (parts.size() >= 5
                && parts.get(0) instanceof Scalar(String kind)
                && kind.equals("storage")
                && parts.get(1) instanceof Global(String type)
                && TorchElements.ofStorage(type).isPresent()
                && parts.get(2) instanceof Scalar(String key)) {
            // Files from before PyTorch 0.4 may say that a storage is a part of another.
            if (parts.size() > 5 && !parts.get(5).equals(Scalar.NONE)) {
                throw new PickleRefusal("whole storages", "a view of one");
            }
            TorchStorage storage =
                    new TorchStorage(key, TorchElements.ofStorage(type).orElseThrow(), number(parts.get(4)));
            TorchStorage former = storages.putIfAbsent(key, storage);
            if (former != null && !former.equals(storage)) {
                throw new PickleRefusal("one size and type of " + storage.kind(), "two");
            }
            return storage;
        }
        throw new PickleRefusal("the id of a storage", id.kind());
    }

    private static PickleValue argument(List<PickleValue> arguments, int index) {
        if (index >= arguments.size()) {
            throw new PickleRefusal("an argument " + (index + 1), arguments.size() + " arguments");
        }
        return arguments.get(index);
    }

    private static List<PickleValue> sequence(List<PickleValue> arguments, int index) {
        if (argument(arguments, index) instanceof Sequence sequence) {
            return sequence.items();
        }
        throw new PickleRefusal("a tuple", argument(arguments, index).kind());
    }

    private static List<Long> numbers(List<PickleValue> arguments, int index) {
        return sequence(arguments, index).stream().map(TorchGlobals::number).toList();
    }

    private static long number(PickleValue value) {
        if (value instanceof Scalar(Long number)) {
            return number;
        }
        throw new PickleRefusal("an integer of 64 bits", value.kind());
    }
}
