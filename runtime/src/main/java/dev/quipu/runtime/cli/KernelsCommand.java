package dev.quipu.runtime.cli;

import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.codegen.jvm.JvmWriter;
import dev.quipu.compiler.Compiled;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
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

    @Parameters(index = "0", paramLabel = "MODEL", description = "A preset, a class, a .java file or a model folder.")
    private String model;

    @Option(names = "--target", paramLabel = "TARGET", defaultValue = JVM, description = "jvm (default).")
    private String target;

    @Option(names = "--out", paramLabel = "DIR", description = "Writes a file for each class instead.")
    private Path folder;

    @Mixin
    private ProgramOptions program;

    @Override
    public Integer call() throws IOException {
        argument(() -> supported(target));
        ModelSource source = argument(() -> ModelSource.of(model));
        Compiled compiled = argument(() -> program.compile(source.model()));
        List<JvmProgram.Source> sources = argument(() -> sources(compiled));
        if (folder == null) {
            sources.forEach(kernel -> out().println(kernel.text()));
            out().flush();
            return SUCCESS;
        }
        Path target = Files.createDirectories(folder.resolve(JvmWriter.PACKAGE.replace('.', '/')));
        for (JvmProgram.Source kernel : sources) {
            Files.writeString(target.resolve(kernel.className() + ".java"), kernel.text());
        }
        out().println(sources.size() + " files in " + target);
        return SUCCESS;
    }

    /** For this machine's vectors. */
    private static List<JvmProgram.Source> sources(Compiled compiled) {
        try (JvmDevice device = new JvmDevice(1)) {
            return JvmProgram.of(compiled.scheduled(), device.lanes()).sources();
        }
    }

    private static String supported(String target) {
        if (target.equals("tornado")) {
            throw QuipuException.of(JVM, target, "--target", "this version writes no TornadoVM kernels yet");
        }
        if (!target.equals(JVM)) {
            throw NearestNames.unknown("a target", target, List.of(JVM, "tornado"));
        }
        return target;
    }
}
