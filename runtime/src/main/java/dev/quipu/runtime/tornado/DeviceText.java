package dev.quipu.runtime.tornado;

import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What TornadoVM makes of a program's kernels: OpenCL C, CUDA C or PTX. */
public final class DeviceText {
    /** Selects a device that is only described: kernels are compiled for it as far as text, and need no driver. */
    public static final String VIRTUAL = "virtual";

    private static final String DESCRIPTION = "examples/virtual-device-GPU.json";

    private DeviceText() {}

    /**
     * The text of every kernel, in the order in which they were compiled. The program runs once, on zeros. TornadoVM reads its
     * settings when it starts, so this comes before any other use of it.
     *
     * @param selection as for {@link TornadoDevice#open}, or {@value #VIRTUAL}
     */
    public static String of(Scheduled scheduled, String selection) {
        Sdk sdk = Sdk.find();
        try {
            Path file = Files.createTempFile("quipu-kernels", ".txt");
            try {
                return of(scheduled, selection, sdk, file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String of(Scheduled scheduled, String selection, Sdk sdk, Path file) throws IOException {
        System.setProperty("tornado.printKernel", "True");
        System.setProperty("tornado.print.kernel.dir", file.toString());
        boolean isVirtual = selection.equals(VIRTUAL);
        if (isVirtual) {
            System.setProperty("tornado.virtual.device", "True");
            System.setProperty(
                    "tornado.device.desc", sdk.home().resolve(DESCRIPTION).toString());
        }
        try (TornadoDevice device = TornadoDevice.open(isVirtual ? "tornado" : selection);
                State state = new State();
                Executable program = device.load(scheduled, state)) {
            program.run();
            return Files.readString(file);
        }
    }
}
