package dev.quipu.runtime.model;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A model that is declared in one {@code .java} file, outside any project; it is compiled in memory, against Quipu's class path. */
final class SourceFileModel {
    private static final int SHOWN = 5;

    private SourceFileModel() {}

    /**
     * Compiles a file and makes its model, with the constructor without arguments.
     *
     * @throws QuipuException with javac's own lines if it does not compile, or if it does not hold exactly one public record that
     *     is a {@link Model}
     */
    static Model read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new QuipuException(file + ": expected a Java source file, found " + FileFailure.reason(e), e);
        }
        SourceClasses classes = compile(file, text);
        List<Class<? extends Model>> models = new ArrayList<>();
        for (Class<?> type : classes.all()) {
            if (Model.class.isAssignableFrom(type)
                    && type.isRecord()
                    && java.lang.reflect.Modifier.isPublic(type.getModifiers())) {
                models.add(type.asSubclass(Model.class));
            }
        }
        if (models.size() != 1) {
            throw QuipuException.of(
                    "one public record that implements " + Model.class.getName(),
                    models.isEmpty()
                            ? "none"
                            : models.stream().map(Class::getSimpleName).toList().toString(),
                    file.toString(),
                    "");
        }
        return ModelClasses.instantiate(models.getFirst(), file.toString());
    }

    /** The file that a model's class was compiled from, if it was by {@link #read}. */
    static Optional<SourceClasses> sourceOf(Model model) {
        return model.getClass().getClassLoader() instanceof SourceClasses classes
                ? Optional.of(classes)
                : Optional.empty();
    }

    private static SourceClasses compile(Path file, String text) {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) {
            throw QuipuException.of("a JDK with javac", "a bare Java run-time", System.getProperty("java.home"), "");
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        String name = file.getFileName().toString();
        try (ClassesInMemory classes =
                new ClassesInMemory(javac.getStandardFileManager(diagnostics, Locale.ROOT, null))) {
            List<String> options = List.of(
                    "-proc:none",
                    "-nowarn",
                    "-Xlint:none",
                    "-g",
                    "-cp",
                    System.getProperty("java.class.path", "") + File.pathSeparator);
            boolean accepted = javac.getTask(null, classes, diagnostics, options, null, List.of(new Source(name, text)))
                    .call();
            if (!accepted) {
                throw new QuipuException(refusal(file, text, diagnostics.getDiagnostics()));
            }
            return new SourceClasses(name, text, classes.written(), Model.class.getClassLoader());
        }
    }

    /** As javac prints them: {@code FILE:LINE: error: MESSAGE}, then the line and a mark below it. */
    private static String refusal(Path file, String text, List<Diagnostic<? extends JavaFileObject>> diagnostics) {
        List<Diagnostic<? extends JavaFileObject>> errors = diagnostics.stream()
                .<Diagnostic<? extends JavaFileObject>>map(diagnostic -> diagnostic)
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .toList();
        List<String> lines = new ArrayList<>();
        lines.add(file + ": expected a file that compiles, found " + errors.size()
                + (errors.size() == 1 ? " error:" : " errors:"));
        for (Diagnostic<? extends JavaFileObject> error : errors.subList(0, Math.min(SHOWN, errors.size()))) {
            lines.add(file + ":" + error.getLineNumber() + ": error: "
                    + error.getMessage(Locale.ROOT).strip());
            if (error.getLineNumber() != Diagnostic.NOPOS) {
                lines.add(
                        text.lines().skip(error.getLineNumber() - 1).findFirst().orElse(""));
                lines.add(" ".repeat((int) Math.max(0, error.getColumnNumber() - 1)) + "^");
            }
        }
        return String.join("\n", lines);
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("memory:///" + name.replace(" ", "%20")), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
