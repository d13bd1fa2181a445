package dev.quipu.codegen.tornado;

import dev.quipu.compiler.memory.Place;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the array of every place, and collects the arrays that a program uses. */
final class ProgramArrays {
    private static final String SCRATCH = "partial_sums";

    private final String program;
    private final Banks banks;
    private final StateLayout layout;
    private final Map<String, DeviceArray> arrays = new LinkedHashMap<>();

    /** A place in an array. */
    record Address(DeviceArray array, int base) {}

    ProgramArrays(String program, Banks banks, StateLayout layout) {
        this.program = program;
        this.banks = banks;
        this.layout = layout;
    }

    List<DeviceArray> all() {
        return new ArrayList<>(arrays.values());
    }

    /** Where a place begins. */
    Address of(Place place) {
        return switch (place) {
            case Place.Arena slot -> {
                Banks.Bank bank = banks.of(slot.offset());
                long base = (slot.offset() - bank.offset()) / bank.dtype().bytes();
                yield at(array(bank), base);
            }
            case Place.Part part -> {
                Address whole = of(part.whole());
                yield at(
                        whole.array(),
                        whole.base() + part.offset() / whole.array().dtype().bytes());
            }
            case Place.State state -> {
                StateLayout.Part part = layout.of(state.name());
                DeviceArray array = new DeviceArray(
                        part.array(), state.type().dtype(), part.arrayElements(), new DeviceArray.Content.State());
                yield at(array, part.offset());
            }
            case Place.Input input -> own(input.name(), input.type(), new DeviceArray.Content.Input(input.name()));
            case Place.Result result ->
                own(result.name() + ".result", result.type(), new DeviceArray.Content.Result(result.name()));
            case Place.Table table -> {
                String name = "angles_"
                        + Integer.toHexString(table.angles().toString().hashCode());
                long elements = (long) table.angles().length() * table.angles().width();
                yield at(new DeviceArray(name, DType.F32, elements, new DeviceArray.Content.Table(table.angles())), 0);
            }
        };
    }

    private static DeviceArray array(Banks.Bank bank) {
        return new DeviceArray(bank.name(), bank.dtype(), bank.elements(), new DeviceArray.Content.Passing());
    }

    private Address own(String name, Type type, DeviceArray.Content content) {
        return at(
                new DeviceArray(program + "." + name, type.dtype(), type.shape().elements(), content), 0);
    }

    /** Memory for values that pass between the kernels of one launch. */
    Address scratch(long begin, long elements) {
        DeviceArray array = new DeviceArray(SCRATCH, DType.F32, begin + elements, new DeviceArray.Content.Passing());
        return at(array, begin);
    }

    /** Numbers that the compiler knows. */
    void numbers(String name, List<Integer> values) {
        at(new DeviceArray(name, DType.I32, values.size(), new DeviceArray.Content.Numbers(values)), 0);
    }

    private Address at(DeviceArray array, long base) {
        DeviceArray known = arrays.merge(array.name(), array, DeviceArray::joined);
        return new Address(known, Math.toIntExact(base));
    }
}
