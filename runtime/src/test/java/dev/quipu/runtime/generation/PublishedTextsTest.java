package dev.quipu.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.sampling.SamplingOptions;
import dev.quipu.runtime.sampling.SamplingRule;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Texts that llama2.c printed, by its rule of sampling: greedy ones and sampled ones, of every block of its recorded runs. */
class PublishedTextsTest {
    private static final Pattern RUN = Pattern.compile(
            "stories260K\\.bin -z tok512\\.bin -t (?<t>\\S+)(?: -p (?<p>\\S+))?(?: -s (?<s>\\d+))? -n (?<n>\\d+)(?: -i"
                    + " \"(?<i>[^\"]*)\")?");

    /** A run of llama2.c and what it printed. */
    private record Run(String prompt, int steps, SamplingOptions sampling, long seed, String printed) {}

    @TestFactory
    List<DynamicTest> textsAreThoseThatLlama2cPrinted() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        String file = Files.readString(SharedData.of("data/reference/generated/run_c_outputs.txt"));
        for (String block : file.split("(?m)^=== ", 0)) {
            Matcher run = RUN.matcher(block.lines().findFirst().orElse(""));
            if (run.matches()) {
                String printed = block.substring(block.indexOf('\n') + 1).stripTrailing();
                tests.add(DynamicTest.dynamicTest(run.group(), () -> check(run(run, printed))));
            }
        }
        assertEquals(7, tests.size());
        return tests;
    }

    private static Run run(Matcher arguments, String printed) {
        double topP = arguments.group("p") == null ? 1 : Double.parseDouble(arguments.group("p"));
        return new Run(
                arguments.group("i") == null ? "" : arguments.group("i"),
                Integer.parseInt(arguments.group("n")),
                new SamplingOptions(SamplingRule.LLAMA2C, Double.parseDouble(arguments.group("t")), 0, topP, 0, 1),
                arguments.group("s") == null ? 1 : Long.parseLong(arguments.group("s")),
                printed);
    }

    private static void check(Run run) {
        ModelSource source = ModelSource.withWeights(
                SharedData.of("data/weights/stories260K/stories260K.bin").toString());
        Tokenizer tokenizer = Tokenizer.of(SharedData.of("data/weights/stories260K/tok512.bin"));
        try (Device device = new JvmDevice();
                State state = source.loadWeights();
                Generator generator = new Generator(source.model(), tokenizer, state, device)) {
            int prompt = generator.ids(run.prompt()).length;
            // its steps count the prompt's tokens, but not the one that begins the text
            GenerationOptions options = new GenerationOptions(run.sampling(), run.steps() - (prompt - 1), run.seed());
            StringBuilder streamed = new StringBuilder(run.prompt());
            Generation generation = generator.generate(run.prompt(), options, streamed::append);

            assertEquals(run.printed(), streamed.toString().stripTrailing());
            assertEquals(streamed.toString(), run.prompt() + generation.text());
            boolean ended = generation.end() == Generation.End.END_OF_TEXT;
            assertTrue(ended || generation.tokens().size() == options.maxTokens());
        }
    }
}
