package dev.quipu.runtime.emulator;

import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * A library's task: the host asks for numbers when the library is called, and the device computes with them.
 *
 * @param told the numbers of a call
 * @param computed from those and the task's arguments
 */
public record LibraryCode(Supplier<int[]> told, BiConsumer<int[], Object[]> computed) implements Task.Code {
    @Override
    public void run(Object[] arguments) {
        computed.accept(told.get(), arguments);
    }

    @Override
    public Task.Code recorded() {
        int[] numbers = told.get();
        return arguments -> computed.accept(numbers, arguments);
    }
}
