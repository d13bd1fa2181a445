package dev.quipu.runtime.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Traced;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceFileModelTest {
    static final String SOURCE = """
        import dev.quipu.dsl.*;
        import dev.quipu.dsl.layer.*;

        public record Bigram(Embedding embedding, Linear output) implements Model {
            private static final Dim VOCABULARY = new Dim("vocabulary", 258);
            private static final Dim CHANNEL = new Dim("channel", 8);

            public Bigram() {
                this(Embedding.of(VOCABULARY, CHANNEL, 0.02), Linear.of(CHANNEL, VOCABULARY, 0.02));
            }

            @Override
            public Tensor forward(Tensor tokens) {
                return output.apply(embedding.apply(tokens));
            }

            @Override
            public int vocabularySize() {
                return 258;
            }

            @Override
            public int contextLength() {
                return 24;
            }
        }
        """;

    @TempDir
    private Path folder;

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("Bigram.java"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "package my.models;\n"})
    void declaresTheFilesModel(String packageLine) throws IOException {
        ModelSource source = ModelSource.of(write(packageLine + SOURCE).toString());

        assertEquals("Bigram", source.model().getClass().getSimpleName());
        assertEquals(
                258,
                Traced.logits(source.model(), 1, 4)
                        .graph()
                        .results()
                        .get(Traced.LOGITS)
                        .shape()
                        .last()
                        .size());
    }

    @Test
    void theFileCountsAndNotTheClassOfItsNameOnTheClassPath() throws IOException {
        String text = "package " + OwnModel.class.getPackageName() + ";\n" + SOURCE.replace("Bigram", "OwnModel");
        Path file = Files.writeString(folder.resolve("OwnModel.java"), text);

        assertEquals(24, ModelSource.of(file.toString()).model().contextLength());
    }

    @Test
    void compileErrorsAreJavacsOwnLines() throws IOException {
        Path file = write(SOURCE.replace("embedding.apply(tokens)", "embeding.apply(tokens)"));

        QuipuException mistake = assertThrows(QuipuException.class, () -> ModelSource.of(file.toString()));

        assertEquals("""
            %1$s: expected a file that compiles, found 1 error:
            %1$s:14: error: cannot find symbol
              symbol:   variable embeding
              location: class Bigram
                    return output.apply(embeding.apply(tokens));
                                        ^\
            """.formatted(file), mistake.getMessage());
    }

    @Test
    void shapeMistakesAreReportedAtTheirOwnLine() throws IOException {
        Path file = write(SOURCE.replace("Linear.of(CHANNEL, VOCABULARY", "Linear.of(VOCABULARY, CHANNEL"));
        ModelSource source = ModelSource.of(file.toString());

        QuipuException mistake = assertThrows(QuipuException.class, () -> Traced.logits(source.model(), 1, 4));

        assertEquals(
                true, mistake.getMessage().contains("Bigram.java:14"), () -> "no line in: " + mistake.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"public class Bigram {}", "public record Bigram(int x) {}"})
    void aFileWithoutModelIsRefused(String text) throws IOException {
        Path file = write(text);

        QuipuException mistake = assertThrows(QuipuException.class, () -> ModelSource.of(file.toString()));

        assertEquals(
                file + ": expected one public record that implements dev.quipu.dsl.Model, found none",
                mistake.getMessage());
    }

    @Test
    void aModelThatNeedsArgumentsIsRefused() throws IOException {
        Path file = write(SOURCE.replace("public Bigram() {", "public Bigram(int unused) {"));

        QuipuException mistake = assertThrows(QuipuException.class, () -> ModelSource.of(file.toString()));

        assertEquals(
                file
                        + ": expected a constructor of Bigram without arguments, found none; add one that chooses the"
                        + " sizes",
                mistake.getMessage());
    }

    @Test
    void whatAConstructorThrowsIsReportedWithItsLine() throws IOException {
        String late = """
            static int[] none = {};

                static boolean late() {
                    return none[3] == 0;
                }

                private static final Dim CHANNEL\
            """;
        String text =
                SOURCE.replace("private static final Dim CHANNEL", late).replace("this(", "this(late() ? null : ");
        Path file = write(text);

        QuipuException mistake = assertThrows(QuipuException.class, () -> ModelSource.of(file.toString()));

        assertEquals(
                file
                        + ": expected new Bigram() to return, found java.lang.ArrayIndexOutOfBoundsException: Index 3"
                        + " out of bounds for length 0 at Bigram.java:9",
                mistake.getMessage());
    }
}
