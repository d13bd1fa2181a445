package dev.quipu.tornado;

import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Runs the program of a written folder by itself: {@code java ... dev.quipu.tornado.Main [FOLDER [RUNS]]}.
 *
 * <p>{@code arrays.txt} in the folder says which program it is and which arrays it has, a line each: {@code program CLASS},
 * and then {@code ROLE NAME ELEMENTS}, the role being state, table, numbers, input or result. What {@code arrays/NAME.bin}
 * holds, little-endian, goes into the array; state without such a file gets small random numbers, inputs zeros.
 */
public final class Main {
    private static final int RUNS = 3;
    private static final int SHOWN = 8;
    private static final float DEVIATION = 0.02f;

    /** A line of {@code arrays.txt}. */
    private record Line(String role, String name, int elements) {
        static Line of(String text) {
            String[] words = text.split(" ", -1);
            return new Line(words[0], words[1], words.length > 2 ? Integer.parseInt(words[2]) : 0);
        }
    }

    private Main() {}

    /** Runs the program, and prints the time of every run and how its results begin. */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        Path folder = Path.of(arguments.length > 0 ? arguments[0] : ".");
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : RUNS;
        List<Line> lines = Files.readAllLines(folder.resolve("arrays.txt")).stream()
                .map(Line::of)
                .toList();
        Class<?> program = Class.forName(lines.getFirst().name());
        List<Line> arrays = lines.subList(1, lines.size());
        Map<String, MemorySegment> contents = new HashMap<>();
        for (Line array : arrays) {
            if (!array.role().equals("result")) {
                contents.put(array.name(), contents(folder, array));
            }
        }
        try (Session session = new Session(List.of(program), contents, List.of(), "", false)) {
            for (int run = 1; run <= runs; run++) {
                long start = System.nanoTime();
                session.programs().forEach(session::run);
                System.out.printf(Locale.ROOT, "run %d: %.3f ms%n", run, (System.nanoTime() - start) / 1e6);
            }
            arrays.stream()
                    .filter(array -> array.role().equals("result"))
                    .forEach(array -> System.out.println(
                            array.name() + ": " + beginning(session.memory().array(array.name()), array.elements())));
        }
    }

    private static MemorySegment contents(Path folder, Line array) throws IOException {
        MemorySegment memory =
                Arena.ofAuto().allocate(Memory.HEADER + (long) array.elements() * Float.BYTES, Memory.HEADER);
        MemorySegment elements = memory.asSlice(Memory.HEADER);
        Path file = folder.resolve("arrays").resolve(array.name() + ".bin");
        if (Files.exists(file)) {
            try (FileChannel channel = FileChannel.open(file);
                    Arena arena = Arena.ofConfined()) {
                elements.copyFrom(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            }
        } else if (array.role().equals("state")) {
            Random random = new Random(array.name().hashCode());
            for (int i = 0; i < array.elements(); i++) {
                elements.setAtIndex(ValueLayout.JAVA_FLOAT, i, DEVIATION * (float) random.nextGaussian());
            }
        }
        return memory;
    }

    private static String beginning(Object array, int elements) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < Math.min(SHOWN, elements); i++) {
            shown.add(
                    array instanceof FloatArray floats
                            ? Float.toString(floats.get(i))
                            : Integer.toString(((IntArray) array).get(i)));
        }
        return String.join(", ", shown) + (elements > SHOWN ? ", ..." : "");
    }
}
