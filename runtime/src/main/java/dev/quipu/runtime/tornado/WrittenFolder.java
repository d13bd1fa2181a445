package dev.quipu.runtime.tornado;

import dev.quipu.codegen.tornado.DeviceArray;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.AngleTables;
import dev.quipu.tornado.Session;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a program as a folder that runs without Quipu, given a TornadoVM SDK and a JDK. */
public final class WrittenFolder {
    private static final List<String> TEXTS = List.of("README.md", "pom.xml");
    private static final String SOURCES = "src/main/java";

    private final Path folder;
    private final TornadoProgram program;
    private final List<Path> written = new ArrayList<>();

    private WrittenFolder(Path folder, TornadoProgram program) {
        this.folder = folder;
        this.program = program;
    }

    /**
     * Writes sources, a README, a pom and the arrays whose contents are known.
     *
     * @return the files, in the order in which they were written
     */
    public static List<Path> write(Path folder, TornadoProgram program) throws IOException {
        WrittenFolder writer = new WrittenFolder(folder, program);
        writer.write();
        return writer.written;
    }

    private void write() throws IOException {
        for (String name : TEXTS) {
            text(name, resource("folder/" + name));
        }
        for (TornadoProgram.Source source : program.sources()) {
            text(path(TornadoProgram.PACKAGE, source.className()), source.text());
        }
        for (Map.Entry<String, String> source : HostSources.all().entrySet()) {
            text(path(Session.class.getPackageName(), source.getKey()), source.getValue());
        }
        List<String> lines = new ArrayList<>();
        lines.add("program " + TornadoProgram.PACKAGE + "." + program.mainClass());
        try (Arena arena = Arena.ofConfined()) {
            AngleTables tables = new AngleTables(arena);
            for (DeviceArray array : program.arrays()) {
                String role = role(array, tables, arena);
                if (!role.isEmpty()) {
                    lines.add(role + " " + array.name() + " " + array.elements());
                }
            }
        }
        text("arrays.txt", String.join("\n", lines) + "\n");
    }

    /** What the array is, for the folder's main; the contents that are known are written. */
    private String role(DeviceArray array, AngleTables tables, Arena arena) throws IOException {
        return switch (array.content()) {
            case DeviceArray.Content.Passing passing -> "";
            case DeviceArray.Content.State state -> "state";
            case DeviceArray.Content.Input input -> "input";
            case DeviceArray.Content.Result result -> "result";
            case DeviceArray.Content.Table(RopeTable angles) -> {
                Buffer table = tables.of(angles);
                contents(array, table.elements());
                yield "table";
            }
            case DeviceArray.Content.Numbers numbers -> {
                int[] values =
                        numbers.values().stream().mapToInt(Integer::intValue).toArray();
                contents(array, arena.allocateFrom(ValueLayout.JAVA_INT, values));
                yield "numbers";
            }
        };
    }

    private void contents(DeviceArray array, MemorySegment elements) throws IOException {
        Path file = folder.resolve("arrays").resolve(array.name() + ".bin");
        Files.createDirectories(file.getParent());
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(elements.asByteBuffer());
        }
        written.add(file);
    }

    private static String path(String packageName, String className) {
        return SOURCES + "/" + packageName.replace('.', '/') + "/" + className + ".java";
    }

    private void text(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        written.add(file);
    }

    private static String resource(String name) throws IOException {
        try (InputStream input = WrittenFolder.class.getResourceAsStream(name)) {
            if (input == null) {
                throw new AssertionError("no resource " + name);
            }
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
