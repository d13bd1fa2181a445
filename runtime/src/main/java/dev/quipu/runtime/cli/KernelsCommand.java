package dev.quipu.runtime.cli;

import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.codegen.jvm.JvmWriter;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tornado.DeviceText;
import dev.quipu.runtime.tornado.PlannedLayout;
import dev.quipu.runtime.tornado.WrittenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "kernels", description = "Prints the Java source of a program's kernels, each once.")
final class KernelsCommand extends QuipuCommand {
    private static final String JVM = "jvm";
    private static final String TORNADO = "tornado";

    @Parameters(index = "0", paramLabel = "MODEL", description = "A preset, a class, a .java file or a model folder.")
    private String model;

    @Option(
            names = "--target",
            paramLabel = "TARGET",
            defaultValue = JVM,
            description = "jvm (default), or tornado: kernels and task graphs for GPUs.")
    private String target;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Writes a file for each class instead; for tornado a folder that runs without Quipu.")
    private Path folder;

    @Option(
            names = "--device-source",
            paramLabel = "DEVICE",
            arity = "0..1",
            fallbackValue = TORNADO,
            description =
                    "With --target tornado: what TornadoVM makes of the kernels for a device (default: tornado, its"
                            + " first), OpenCL C, CUDA C or PTX. virtual needs no driver.")
    private String deviceSource;

    @Mixin
    private ProgramOptions program;

    @Override
    public Integer call() throws IOException {
        argument(() -> supported(target));
        argument(this::checkDeviceSource);
        argument(this::checkWeights);
        argument(this::checkFolder);
        ModelSource source = argument(() -> ModelSource.of(model));
        Scheduled scheduled = argument(() -> program.compile(source.model())).scheduled();
        if (deviceSource != null) {
            out().print(argument(() -> DeviceText.of(scheduled, deviceSource)));
        } else if (target.equals(TORNADO)) {
            TornadoProgram generated =
                    argument(() -> TornadoProgram.of(program.name(), scheduled, new PlannedLayout(scheduled.states())));
            if (folder == null) {
                generated.sources().forEach(kernel -> out().println(kernel.text()));
            } else {
                int files = WrittenFolder.write(folder, generated).size();
                out().println(files + " files in " + folder + "; its README.md says how to run them");
            }
        } else {
            List<JvmProgram.Source> sources = argument(() -> sources(scheduled));
            if (folder == null) {
                sources.forEach(kernel -> out().println(kernel.text()));
            } else {
                write(sources);
            }
        }
        out().flush();
        return SUCCESS;
    }

    private void write(List<JvmProgram.Source> sources) throws IOException {
        Path packageFolder = Files.createDirectories(folder.resolve(JvmWriter.PACKAGE.replace('.', '/')));
        for (JvmProgram.Source kernel : sources) {
            Files.writeString(packageFolder.resolve(kernel.className() + ".java"), kernel.text());
        }
        out().println(sources.size() + " files in " + packageFolder);
    }

    /** For this machine's vectors. */
    private static List<JvmProgram.Source> sources(Scheduled scheduled) {
        try (JvmDevice device = new JvmDevice(1)) {
            return JvmProgram.of(scheduled, device.lanes()).sources();
        }
    }

    private String checkDeviceSource() {
        if (deviceSource != null && !target.equals(TORNADO)) {
            throw QuipuException.of("--target tornado", target, "--device-source", "no other target has a device");
        }
        if (deviceSource != null && folder != null) {
            throw QuipuException.of("--device-source or --out", "both", "kernels", "send the output to a file");
        }
        return deviceSource;
    }

    private WeightStorage checkWeights() {
        if (target.equals(TORNADO) && program.weights() != WeightStorage.F32) {
            throw QuipuException.of("f32", program.weights().toString(), "--weights", "GPU kernels read no other");
        }
        return program.weights();
    }

    private Path checkFolder() {
        if (folder != null && Files.exists(folder) && !Files.isDirectory(folder)) {
            throw QuipuException.of("a folder, or a name that is free", "the file " + folder, "--out", "name another");
        }
        return folder;
    }

    private static String supported(String target) {
        if (!target.equals(JVM) && !target.equals(TORNADO)) {
            throw NearestNames.unknown("a target", target, List.of(JVM, TORNADO));
        }
        return target;
    }
}
