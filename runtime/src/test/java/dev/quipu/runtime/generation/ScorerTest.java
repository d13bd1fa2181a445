package dev.quipu.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.generation.Scorer.Score;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Log-probabilities against the program that measures losses. */
class ScorerTest {
    private static final int END_OF_TEXT = 257;

    private final Model model = ModelSource.of("llama-tiny").model();
    private final ByteTokenizer tokenizer = new ByteTokenizer();

    /** Texts shorter and longer than the context of 128. */
    @ParameterizedTest
    @ValueSource(ints = {1, 30, 128, 129, 300})
    void aTextCostsWhatItsWindowsDo(int length) {
        String text = IntStream.range(0, length)
                .mapToObj(i -> Character.toString('a' + i * i % 26))
                .reduce("", String::concat);
        try (Device device = new JvmDevice();
                State state = new State()) {
            state.initialise(Trace.parameters(model), 4);
            double expected = 0;
            int[] ids = IntStream.concat(IntStream.of(END_OF_TEXT), IntStream.of(tokenizer.encode(text)))
                    .toArray();
            for (int from = 0; from < length; from += 128) {
                expected += loss(device, state, ids, from, Math.min(128, length - from));
            }
            try (Scorer scorer = new Scorer(model, tokenizer, state, device, 0)) {
                Score score = scorer.score(text);

                assertEquals(length, score.tokens().size());
                assertEquals(expected, score.total().nats(), 1e-5 * expected);
                assertEquals(length, score.total().targets());
                assertEquals(length, score.total().textBytes());
                assertEquals((int) text.charAt(0), score.tokens().getFirst().token());
                assertEquals(
                        (int) text.charAt(length - 1), score.tokens().getLast().token());
            }
        }
    }

    private double loss(Device device, State state, int[] ids, int from, int length) {
        try (Executable program =
                device.load(new Compiler(false).loss(model, 1, length).scheduled(), state)) {
            for (int i = 0; i < length; i++) {
                program.input(Traced.TOKENS).setInt(i, ids[from + i]);
                program.input(Traced.TARGETS).setInt(i, ids[from + i + 1]);
            }
            program.input(Traced.SCALE).setFloat(0, 1);
            program.run();
            return program.result(Traced.LOSS).getFloat(0);
        }
    }

    @Test
    void anEmptyTextIsRefused() {
        try (Device device = new JvmDevice();
                State state = new State();
                Scorer scorer = new Scorer(model, tokenizer, state, device, 0)) {
            assertThrows(QuipuException.class, () -> scorer.score(""));
        }
    }
}
