package dev.quipu.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.sampling.SamplingOptions;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that are continued together are those that are continued alone. */
class BatchTest {
    private static final List<String> PROMPTS =
            List.of("a", "a longer prompt, of forty characters or so", "", "b", "twenty characters, 20");

    private static final Model MODEL = ModelSource.of("llama-tiny").model();
    private static final State WEIGHTS = new State();
    private static final Device DEVICE = new JvmDevice();

    @BeforeAll
    static void initialise() {
        WEIGHTS.initialise(Trace.parameters(MODEL), 2);
    }

    @AfterAll
    static void close() {
        WEIGHTS.close();
        DEVICE.close();
    }

    private static State copy() {
        State state = new State();
        state.initialise(Trace.parameters(MODEL), 2);
        return state;
    }

    @ParameterizedTest(name = "temperature {0}")
    @ValueSource(doubles = {0, 1})
    void textsAreThoseOfEachPromptAlone(double temperature) {
        GenerationOptions options = new GenerationOptions(SamplingOptions.temperature(temperature), 30, 11);
        List<Generation> alone = new ArrayList<>();
        try (Generator generator = new Generator(MODEL, new ByteTokenizer(), WEIGHTS, DEVICE)) {
            for (int i = 0; i < PROMPTS.size(); i++) {
                alone.add(generator.generate(PROMPTS.get(i), options.withSeed(11 + i), piece -> {}));
            }
        }
        Generation[] together = new Generation[PROMPTS.size()];
        try (State state = copy();
                Generator generator = new Generator(MODEL, new ByteTokenizer(), state, DEVICE, 3)) {
            generator.generateAll(PROMPTS, options, (generation, number) -> together[number] = generation);
        }
        for (int i = 0; i < together.length; i++) {
            assertEquals(alone.get(i).prompt(), together[i].prompt());
            assertEquals(alone.get(i).tokens(), together[i].tokens());
            assertEquals(alone.get(i).text(), together[i].text());
            assertEquals(alone.get(i).end(), together[i].end());
        }
    }

    /** One fills the context long before the other, which goes on while it waits. */
    @Test
    void aTextThatEndsEarlierWaits() {
        List<String> prompts = List.of("x".repeat(120), "y");
        GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), 60, 0);
        List<Integer> expected;
        try (Generator generator = new Generator(MODEL, new ByteTokenizer(), WEIGHTS, DEVICE)) {
            expected = generator.generate("y", options, piece -> {}).tokens();
        }
        Generation[] together = new Generation[2];
        try (State state = copy();
                Generator generator = new Generator(MODEL, new ByteTokenizer(), state, DEVICE, 2)) {
            generator.generateAll(prompts, options, (generation, number) -> together[number] = generation);
        }

        assertEquals(Generation.End.CONTEXT, together[0].end());
        assertEquals(9, together[0].tokens().size());
        assertEquals(expected, together[1].tokens());
    }

    @Test
    void allPromptsAreCheckedBeforeAnyIsContinued() {
        try (State state = copy();
                Generator generator = new Generator(MODEL, new ByteTokenizer(), state, DEVICE, 2)) {
            GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), 1, 0);
            List<Generation> made = new ArrayList<>();

            assertThrows(
                    QuipuException.class,
                    () -> generator.generateAll(
                            List.of("a", "b", "c".repeat(129)), options, (generation, number) -> made.add(generation)));
            assertEquals(List.of(), made);
        }
    }
}
