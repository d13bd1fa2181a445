package dev.quipu.runtime.real;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.Compiler;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.generation.Decoder;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Real models lose on real text, from characters to nats, what they lose under PyTorch. */
class RealLossTest {
    private static final Pattern BETWEEN_STORIES = Pattern.compile("(?<=\\S)\n(?=\\S)");
    private static final int SHORTEST_STORY = 50;
    private static final double TOLERANCE = 1e-4;

    /** Negative log-likelihoods of a story. */
    private record Loss(int tokens, double sum) {}

    @Test
    void storiesLoseWhatWasPublished() throws IOException {
        JsonNode expected = reference("stories260K_tinystories_first200").get("per_story");
        try (Losses losses = new Losses("stories260K/stories260K.bin", 513)) {
            List<String> stories = stories(expected.size());
            for (int i = 0; i < stories.size(); i++) {
                Loss loss = losses.of(stories.get(i));
                assertEquals(expected.get(i).get(0).asInt(), loss.tokens, "tokens of story " + i);
                assertEquals(expected.get(i).get(1).asDouble(), loss.sum / loss.tokens, TOLERANCE, "story " + i);
            }
        }
    }

    /** The weights of a training checkpoint, whose query and key heads differ in number. */
    @Test
    void aTrainingCheckpointLosesWhatItDid() throws IOException {
        JsonNode expected = reference("llama2xs_tinystories_first200");
        try (Losses losses = new Losses("llama2xs/ckpt.pt", 257)) {
            int tokens = 0;
            double sum = 0;
            for (String story : stories(200)) {
                Loss loss = losses.of(story);
                tokens += loss.tokens;
                sum += loss.sum;
            }
            assertEquals(expected.get("tokens").asInt(), tokens);
            assertEquals(expected.get("mean_nll").asDouble(), sum / tokens, TOLERANCE);
        }
    }

    private static JsonNode reference(String name) {
        return JsonMapper.shared()
                .readTree(SharedData.of("data/reference/generated/losses.json").toFile())
                .get(name);
    }

    private static List<String> stories(int count) throws IOException {
        String text = Files.readString(SharedData.of("data/corpora/tinystories_944k.txt"));
        return BETWEEN_STORIES
                .splitAsStream(text)
                .filter(story -> story.codePointCount(0, story.length()) > SHORTEST_STORY)
                .limit(count)
                .toList();
    }

    private static final class Losses implements AutoCloseable {
        private final ModelSource source;
        private final Tokenizer tokenizer;
        private final int longest;
        private final State state;
        private final Device device;
        private final Decoder decoder;
        private double sum;

        Losses(String model, int longest) {
            this.source = ModelSource.withWeights(
                    SharedData.of("data/weights/" + model).toString());
            this.tokenizer = Tokenizer.of(SharedData.of("data/weights/stories260K/tok512.model"));
            this.longest = longest;
            this.state = source.loadWeights();
            this.device = new JvmDevice(2);
            this.decoder = new Decoder(new Compiler(false), source.model(), state, device);
        }

        Loss of(String story) {
            int[] words = tokenizer.encode(story);
            int[] ids = new int[Math.min(longest, words.length + 1)];
            ids[0] = tokenizer.beginOfText().orElseThrow();
            System.arraycopy(words, 0, ids, 1, ids.length - 1);
            sum = 0;
            decoder.rewind(0, 0);
            decoder.read(List.of(Arrays.copyOf(ids, ids.length - 1)), (sequence, position, logits, offset) -> {
                sum -= logProbability(logits, offset, ids[position + 1]);
            });
            return new Loss(ids.length - 1, sum);
        }

        private double logProbability(MemorySegment logits, long offset, int token) {
            int size = source.model().vocabularySize();
            double greatest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < size; i++) {
                greatest = Math.max(greatest, logit(logits, offset, i));
            }
            double total = 0;
            for (int i = 0; i < size; i++) {
                total += Math.exp(logit(logits, offset, i) - greatest);
            }
            return logit(logits, offset, token) - greatest - Math.log(total);
        }

        private static double logit(MemorySegment logits, long offset, int token) {
            return logits.get(ValueLayout.JAVA_FLOAT, offset + (long) token * Float.BYTES);
        }

        @Override
        public void close() {
            decoder.close();
            state.close();
            device.close();
        }
    }
}
