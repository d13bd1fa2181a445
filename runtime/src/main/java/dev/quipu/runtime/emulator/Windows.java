package dev.quipu.runtime.emulator;

import dev.quipu.codegen.tornado.Extent;
import dev.quipu.codegen.tornado.TornadoKernelWriter;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.codegen.tornado.TornadoTask;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Function;

/**
 * What a stage's tasks may touch of arrays that many values share. A printed kernel knows where its memories begin and not
 * where they end, so that one element too far would be some other value's, and what a run wrote would be there in the next.
 */
public final class Windows {
    /** By the host's array of the stage's places, which each of its tasks is given. */
    private static final Map<IntArray, Windows> DECLARED = Collections.synchronizedMap(new WeakHashMap<>());

    private static final int ITERATION = TornadoKernelWriter.LEADING_PARAMETERS.indexOf("iteration");
    private static final int PLACES = TornadoKernelWriter.LEADING_PARAMETERS.indexOf("places");
    private static final int ENTRY = TornadoKernelWriter.LEADING_PARAMETERS.indexOf("entry");

    private final Map<Key, List<Window>> windows = new HashMap<>();

    /** A task of a stage, by the number of its first place, in one of the stage's runs. */
    private record Key(int run, int entry) {}

    /**
     * A stretch of an argument's elements.
     *
     * @param fresh whether nothing that was written there before may be read
     */
    record Window(int argument, int begin, int end, boolean fresh) {
        boolean meets(Window other) {
            return argument == other.argument && begin < other.end && other.begin < end;
        }
    }

    private Windows() {}

    /**
     * Tells the emulator about a program that it will run.
     *
     * @param arrays the host's arrays by their names in the program
     */
    public static void declare(TornadoProgram program, Function<String, Object> arrays) {
        for (TornadoProgram.Stage stage : program.stages()) {
            Windows windows = new Windows();
            for (int run = 0; run < stage.runs(); run++) {
                int start = stage.start() + run * stage.size();
                windows.add(run, program.tasks().subList(start, start + stage.size()));
            }
            DECLARED.put((IntArray) arrays.apply(TornadoProgram.places(stage)), windows);
        }
    }

    private void add(int run, List<TornadoTask> tasks) {
        int entry = 0;
        for (TornadoTask task : tasks) {
            windows.put(new Key(run, entry), of(task));
            entry += task.bases().size();
        }
    }

    private static List<Window> of(TornadoTask task) {
        List<String> distinct = task.arrays().stream().distinct().toList();
        List<Window> windows = new ArrayList<>();
        for (int i = 0; i < task.arrays().size(); i++) {
            int argument =
                    TornadoTask.OTHER_ARGUMENTS + distinct.indexOf(task.arrays().get(i));
            Extent extent = task.extents().get(i);
            int begin = task.bases().get(i);
            windows.add(new Window(argument, begin, Math.toIntExact(begin + extent.elements()), extent.fresh()));
        }
        return windows;
    }

    /**
     * The windows of a task as it runs now; empty where nothing was declared.
     *
     * @param host the task's arguments as the program gave them
     * @param device the same on the device
     */
    static Optional<List<Window>> find(List<Object> host, List<Object> device) {
        if (host.size() <= TornadoTask.OTHER_ARGUMENTS || !(host.get(PLACES) instanceof IntArray places)) {
            return Optional.empty();
        }
        return Optional.ofNullable(DECLARED.get(places))
                .map(known ->
                        known.windows.get(new Key(((DeviceInts) device.get(ITERATION)).peek(), (int) host.get(ENTRY))));
    }

    /** Holds arrays of the device to the windows, for the launch that is about to run. */
    static void apply(List<Window> windows, List<Object> device) {
        for (int argument = 0; argument < device.size(); argument++) {
            if (device.get(argument) instanceof DeviceArray array) {
                int number = argument;
                List<Window> own = windows.stream()
                        .filter(window -> window.argument() == number)
                        .toList();
                if (!own.isEmpty()) {
                    array.shadow().restrict(own);
                }
            }
        }
    }
}
