package dev.quipu.runtime.emulator;

import com.palantir.javapoet.MethodSpec;
import dev.quipu.codegen.gpu.GpuKernel;
import dev.quipu.codegen.tornado.TornadoApi;
import dev.quipu.codegen.tornado.TornadoKernelWriter;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.codegen.tornado.TornadoTask;
import dev.quipu.dsl.DType;
import dev.quipu.runtime.emulator.api.KernelContext;
import dev.quipu.runtime.emulator.api.types.BFloat16;
import dev.quipu.runtime.emulator.api.types.arrays.BFloat16Array;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs changed kernels of one task each, alone, and tells what the emulator finds. */
final class MutantRun {
    /** Integers are below it, and those of every one are there. */
    static final int VOCABULARY = 60;

    private final TornadoProgram program;
    private final Class<?> kernels;
    private final Map<String, TornadoNativeArray> hosts = new HashMap<>();

    /** A changed kernel in the place of a task's. */
    record Mutant(TornadoTask task, GpuKernel kernel) {}

    /**
     * @param mutants number i becomes the method {@code mutant_i}
     */
    MutantRun(TornadoProgram program, List<Mutant> mutants) {
        this.program = program;
        List<MethodSpec> methods = new ArrayList<>();
        for (int i = 0; i < mutants.size(); i++) {
            GpuKernel kernel = mutants.get(i).kernel().named("mutant_" + i, List.of());
            methods.add(TornadoKernelWriter.method(kernel, mutants.get(i).task().parameters()));
        }
        String text = TornadoApi.emulated(TornadoKernelWriter.file("Mutants", List.of(), methods));
        kernels = PrintedProgram.load("Mutants", Map.of("Mutants", text));
    }

    /** What is wrong with mutant number i, if anything; elements that it should have written and has not are wrong too. */
    Optional<String> fault(int i, Mutant mutant) {
        TornadoTask task = mutant.task();
        List<Integer> bases = task.bases();
        IntArray places =
                IntArray.fromElements(bases.stream().mapToInt(Integer::intValue).toArray());
        declare(task, places);
        List<Object> arguments =
                new ArrayList<>(List.of(new KernelContext(), new IntArray(1), places, 0, bases.size()));
        task.arrays().stream().distinct().map(this::host).forEach(arguments::add);
        Map<TornadoNativeArray, DeviceArray> device = new IdentityHashMap<>();
        for (Object argument : arguments) {
            if (argument instanceof TornadoNativeArray array) {
                DeviceArray copy = DeviceArray.of(array);
                copy.copyFrom(array.getSegment());
                copy.shadow().written();
                device.put(array, copy);
            }
        }
        Launch launch = new Launch(new Task("mutant_" + i, code(i), arguments, false, Optional.empty()), device);
        try {
            launch.run(task.kernel().groups(), task.kernel().items(), 5);
        } catch (KernelFault fault) {
            return Optional.of(fault.getMessage());
        }
        return device.values().stream()
                .map(array -> array.shadow().firstUnwritten())
                .filter(element -> element >= 0)
                .map(element -> "nobody wrote element " + element)
                .findFirst();
    }

    private void declare(TornadoTask task, IntArray places) {
        TornadoProgram alone = new TornadoProgram(
                "alone",
                program.scheduled(),
                program.launches(),
                List.of(task),
                List.of(new TornadoProgram.Stage("alone", 0, 1, 1)),
                program.arrays());
        Windows.declare(alone, name -> places);
    }

    /** The host's array of a name, with numbers in it; nobody changes it. */
    private TornadoNativeArray host(String name) {
        return hosts.computeIfAbsent(
                name,
                wanted -> program.arrays().stream()
                        .filter(array -> array.name().equals(wanted))
                        .map(array -> filled(array.dtype(), (int) array.elements()))
                        .findFirst()
                        .orElseThrow());
    }

    private static TornadoNativeArray filled(DType type, int elements) {
        if (type == DType.BF16) {
            BFloat16Array array = new BFloat16Array(elements);
            for (int i = 0; i < elements; i++) {
                array.set(i, BFloat16.bf16FromFloat(0.1f + i % 7 * 0.01f));
            }
            return array;
        }
        if (type == DType.I32) {
            IntArray array = new IntArray(elements);
            for (int i = 0; i < elements; i++) {
                array.set(i, i % VOCABULARY);
            }
            return array;
        }
        FloatArray array = new FloatArray(elements);
        for (int i = 0; i < elements; i++) {
            array.set(i, 0.1f + i % 7 * 0.01f);
        }
        return array;
    }

    private Task.Code code(int i) {
        Method method = Arrays.stream(kernels.getMethods())
                .filter(candidate -> candidate.getName().equals("mutant_" + i))
                .findFirst()
                .orElseThrow();
        try {
            MethodHandle handle =
                    MethodHandles.lookup().unreflect(method).asSpreader(Object[].class, method.getParameterCount());
            return arguments -> {
                try {
                    handle.invoke(arguments);
                } catch (RuntimeException | Error e) {
                    throw e;
                } catch (Throwable e) {
                    throw new AssertionError(e);
                }
            };
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
