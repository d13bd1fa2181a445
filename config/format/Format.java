import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats Java sources with palantir-java-format, or checks that they are formatted: {@code Format check|write FOLDER...}.
 * A program of its own because the formatter reads Java with the javac of the JDK it runs on, and Maven's JDK may be older than
 * the sources.
 */
final class Format {
    private static final Formatter FORMATTER = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(Style.PALANTIR).build());

    private enum Outcome {
        FORMATTED,
        DIFFERENT,
        UNREADABLE
    }

    public static void main(String[] arguments) throws IOException {
        boolean write = arguments[0].equals("write");
        List<Outcome> outcomes = sources(Arrays.copyOfRange(arguments, 1, arguments.length)).parallelStream()
                .map(source -> format(source, write))
                .toList();
        boolean different = outcomes.contains(Outcome.DIFFERENT);
        if (different && !write) {
            System.err.println("Not formatted, see above. To format everything: mvn -q -N -Pformat validate");
        }
        System.exit(outcomes.contains(Outcome.UNREADABLE) || different && !write ? 1 : 0);
    }

    private static List<Path> sources(String[] folders) throws IOException {
        try (Stream<Path> roots = Arrays.stream(folders).map(Path::of).filter(Files::isDirectory)) {
            return roots.flatMap(Format::javaFiles).sorted().toList();
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Outcome format(Path source, boolean write) {
        try {
            String given = Files.readString(source);
            String formatted = FORMATTER.formatSourceAndFixImports(given);
            if (formatted.equals(given)) {
                return Outcome.FORMATTED;
            }
            if (write) {
                Files.writeString(source, formatted);
            }
            System.err.println(source + (write ? " formatted" : " is not formatted"));
            return Outcome.DIFFERENT;
        } catch (FormatterException failure) {
            System.err.println(source + ": " + failure.getMessage());
            return Outcome.UNREADABLE;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
