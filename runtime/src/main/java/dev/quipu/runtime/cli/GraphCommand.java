package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.draw.GraphDrawing;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.dsl.text.GraphText;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.view.ClusterView;
import dev.quipu.runtime.view.GraphView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "graph", description = "Shows a stage of a model's compilation, repeated layers once.")
final class GraphCommand extends QuipuCommand {
    private static final List<String> STAGES = List.of("traced", "differentiated", "planned", "scheduled");

    @Parameters(index = "0", paramLabel = "MODEL", description = "A preset, a class, a .java file or a model folder.")
    private String model;

    @Option(
            names = "--stage",
            paramLabel = "STAGE",
            defaultValue = "traced",
            description = "traced (default), differentiated, planned or scheduled.")
    private String stage;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = {
                "An .svg, .png or .dot file for a drawing, or a .txt file for the exact text, which reads back as an"
                        + " equal graph: every node and, for the last two stages, the plan.",
                "Default: a table to standard output."
            })
    private Path file;

    @Mixin
    private ProgramOptions program;

    @Override
    public Integer call() throws IOException {
        String ending = file == null ? "txt" : ending(file);
        argument(() -> known(STAGES, "a stage", stage));
        ModelSource source = argument(() -> ModelSource.of(model));
        Compiled compiled = argument(() -> program.compile(source.model()));
        if (file == null) {
            out().print(table(source, compiled));
            out().flush();
        } else if (ending.equals("txt")) {
            Files.writeString(file, exactText(compiled));
        } else {
            drawing(compiled).write(file);
        }
        return SUCCESS;
    }

    private String ending(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return argument(() -> {
            if (!List.of("svg", "png", "dot", "txt").contains(ending)) {
                throw QuipuException.of("a file name ending in .svg, .png, .dot or .txt", name, "--out", "");
            }
            return ending;
        });
    }

    private static String known(List<String> names, String what, String name) {
        if (!names.contains(name)) {
            throw NearestNames.unknown(what, name, names);
        }
        return name;
    }

    /** For programs and for diffs: what {@link GraphText} reads. */
    private String exactText(Compiled compiled) {
        return switch (stage) {
            case "traced" -> GraphText.print(compiled.traced());
            case "differentiated" -> GraphText.print(compiled.differentiated());
            case "planned" -> GraphText.print(compiled.plannedText());
            default -> GraphText.print(compiled.scheduledText());
        };
    }

    private String table(ModelSource source, Compiled compiled) {
        String body = switch (stage) {
            case "traced" -> GraphView.text(compiled.traced());
            case "differentiated" -> GraphView.text(compiled.differentiated());
            case "planned" -> ClusterView.text(compiled.planned());
            default -> ClusterView.text(compiled);
        };
        return source.name() + ", program " + program.name() + ", stage " + stage + "\n" + body;
    }

    private GraphDrawing drawing(Compiled compiled) {
        return switch (stage) {
            case "traced" -> GraphDrawing.of(compiled.traced());
            case "differentiated" -> GraphDrawing.of(compiled.differentiated());
            case "planned" ->
                GraphDrawing.of(compiled.planned().graph(), compiled.planned().clusters());
            default ->
                GraphDrawing.of(
                        compiled.scheduled().graph(), compiled.scheduled().clusters());
        };
    }
}
