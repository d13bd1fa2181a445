package dev.quipu.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.model.OwnModel;
import dev.quipu.runtime.reference.ReferenceDevice;
import dev.quipu.runtime.sampling.SamplingOptions;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With a model whose next token depends on the last one alone, and can be set. */
class GeneratorTest {
    private static final int END_OF_TEXT = 257;

    private final Model model = new OwnModel();
    private final State state = new State();
    private final Device device = new ReferenceDevice();
    private final StringBuilder streamed = new StringBuilder();
    private Generator generator;

    @BeforeEach
    void open() {
        state.initialise(Trace.parameters(model), 5);
        generator = new Generator(model, new ByteTokenizer(), state, device);
    }

    @AfterEach
    void close() {
        generator.close();
        state.close();
    }

    /** Makes a token follow any token: every embedding is one, and so is the token's row of the output's weight. */
    private void always(int token) {
        Buffer embedding = state.get("embedding.weight");
        for (long i = 0; i < embedding.length(); i++) {
            embedding.setFloat(i, 1);
        }
        Buffer output = state.get("output.weight");
        output.clear();
        for (long i = 0; i < 4; i++) {
            output.setFloat(token * 4L + i, 1);
        }
    }

    private Generation generate(String prompt, int maxTokens, double temperature, long seed) {
        streamed.setLength(0);
        SamplingOptions sampling = SamplingOptions.temperature(temperature);
        return generator.generate(prompt, new GenerationOptions(sampling, maxTokens, seed), streamed::append);
    }

    @Test
    void stopsWhenItHasTheTokens() {
        always('x');
        Generation generation = generate("ab", 5, 0, 0);

        assertEquals("xxxxx", generation.text());
        assertEquals("xxxxx", streamed.toString());
        assertEquals(List.of((int) 'a', (int) 'b'), generation.prompt());
        assertEquals(Generation.End.MAX_TOKENS, generation.end());
        assertTrue(generation.tokensPerSecond() > 0);
    }

    @Test
    void noTokensAreNone() {
        assertEquals("", generate("ab", 0, 0, 0).text());
    }

    @Test
    void stopsAtTheEndOfTheText() {
        always(END_OF_TEXT);
        Generation generation = generate("ab", 5, 0, 0);

        assertEquals(List.of(), generation.tokens());
        assertEquals(Generation.End.END_OF_TEXT, generation.end());
    }

    /** A context of 16 has room for a prompt of 10 and 6 more, and what follows the last is still known. */
    @Test
    void stopsAtTheEndOfTheContext() {
        always('x');
        Generation generation = generate("0123456789", 100, 0, 0);

        assertEquals("x".repeat(7), generation.text());
        assertEquals(Generation.End.CONTEXT, generation.end());
    }

    @Test
    void aPromptAsLongAsTheContextIsContinuedByOneToken() {
        always('x');
        assertEquals("x", generate("0123456789abcdef", 100, 0, 0).text());
    }

    @Test
    void aPromptLongerThanTheContextIsRefused() {
        QuipuException mistake = assertThrows(QuipuException.class, () -> generate("0123456789abcdefg", 1, 0, 0));

        assertEquals(
                "prompt: expected at most 16 tokens, the model's context, found 17 tokens; shorten it",
                mistake.getMessage());
    }

    @Test
    void anEmptyPromptIsABeginningText() {
        assertEquals(List.of(END_OF_TEXT), generate("", 3, 1, 0).prompt());
    }

    /** In training texts follow each other, and this token begins the next. */
    @Test
    void stopsWhereAnotherTextBegins() {
        always(256);
        assertEquals(Generation.End.END_OF_TEXT, generate("ab", 5, 0, 0).end());
    }

    @Test
    void stopsAtIdsThatAreAskedFor() {
        always('x');
        GenerationOptions options =
                new GenerationOptions(SamplingOptions.greedy(), 5, 0).endingAt(Set.of((int) 'y', (int) 'x'));
        Generation generation = generator.generate("ab", options, piece -> {});

        assertEquals(Generation.End.END_OF_TEXT, generation.end());
        assertEquals(List.of(), generation.tokens());
    }

    @Test
    void stopsBeforeAStopText() {
        always('x');
        GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), 9, 0).stoppingAt(List.of("xxxx"));
        Generation generation = generator.generate("ab", options, streamed::append);

        assertEquals(Generation.End.STOP, generation.end());
        assertEquals("", generation.text());
        assertEquals("", streamed.toString());
        assertEquals(4, generation.tokens().size());
    }

    /** What is held back for a stop that never comes is part of the text. */
    @Test
    void theBeginningOfAStopIsPrintedAtTheEnd() {
        always('x');
        GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), 3, 0).stoppingAt(List.of("xxxx"));

        assertEquals("xxx", generator.generate("ab", options, streamed::append).text());
        assertEquals("xxx", streamed.toString());
    }

    /** A row of ones against an output of ones at x: logits 4 for x and 0 for the other 257 tokens. */
    @Test
    void logProbabilitiesAreTheModelsOwn() {
        always('x');
        SamplingOptions sampling = new SamplingOptions(5, 1, 1, 0, 1);
        GenerationOptions options = new GenerationOptions(sampling, 2, 0).withAlternatives(3);
        List<TokenLikelihood> likelihoods =
                generator.generate("ab", options, piece -> {}).likelihoods();
        double total = Math.log(Math.exp(4) + 257);

        assertEquals(2, likelihoods.size());
        TokenLikelihood likelihood = likelihoods.getFirst();
        assertEquals((int) 'x', likelihood.token());
        assertEquals("<0x78>", likelihood.piece());
        assertEquals(4 - total, likelihood.logProbability(), 1e-12);
        assertEquals(
                List.of((int) 'x', 0, 1),
                likelihood.alternatives().stream()
                        .map(TokenLikelihood.Alternative::token)
                        .toList());
        assertEquals(-total, likelihood.alternatives().get(2).logProbability(), 1e-12);
    }

    @Test
    void theSeedDecides() {
        List<Integer> first = generate("ab", 12, 1, 1).tokens();

        assertEquals(first, generate("ab", 12, 1, 1).tokens());
        assertNotEquals(first, generate("ab", 12, 1, 2).tokens());
    }

    @Test
    void piecesAreTheText() {
        for (int seed = 0; seed < 5; seed++) {
            Generation generation = generate("é", 12, 3, seed);
            assertEquals(generation.text(), streamed.toString());
            int[] tokens =
                    generation.tokens().stream().mapToInt(Integer::intValue).toArray();
            assertEquals(new ByteTokenizer().decode(tokens), generation.text());
        }
    }

    @Test
    void aTokenizerOfAnotherModelIsRefused() {
        ModelSource source =
                ModelSource.withWeights(GoldenModel.open("llama-tiny").folder().toString());
        QuipuException mistake = assertThrows(
                QuipuException.class, () -> new Generator(source.model(), new ByteTokenizer(), state, device));

        assertEquals(
                "tokenizer bytes: expected a vocabulary of at most 97, the model's, found 258; the tokenizer belongs"
                        + " to another model",
                mistake.getMessage());
    }
}
