package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec.ModelType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merging by queues against merging by its definition. */
class BytePairEncoderTest {
    /** A vocabulary of random strings of three letters, with scores of which many are equal, few, or none. */
    private static SmallModels randomModel(SplittableRandom random, int scores) {
        SmallModels model = SmallModels.of(ModelType.BPE).withoutSpace();
        for (int count = 5 + random.nextInt(40); count > 0; count--) {
            StringBuilder piece = new StringBuilder();
            for (int length = 2 + random.nextInt(5); length > 0; length--) {
                piece.append((char) ('a' + random.nextInt(3)));
            }
            model = model.with(piece.toString(), SentencePiece.Type.NORMAL);
        }
        int[] order = random.ints(200, 0, scores).toArray();
        return model.withScores(i -> -order[i]);
    }

    /** Merges, again and again, the pair with the greatest score, of several the leftmost. */
    private static List<String> merge(String text, Map<String, Float> scores) {
        List<String> symbols = new ArrayList<>(Arrays.asList(text.split("")));
        while (true) {
            int best = -1;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Float score = scores.get(symbols.get(i) + symbols.get(i + 1));
                if (score != null && (best < 0 || score > scores.get(symbols.get(best) + symbols.get(best + 1)))) {
                    best = i;
                }
            }
            if (best < 0) {
                return symbols;
            }
            symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1000})
    void mergesAsDefined(int distinctScores) {
        SplittableRandom random = new SplittableRandom(distinctScores);
        for (int round = 0; round < 150; round++) {
            SmallModels small = randomModel(random, distinctScores);
            Map<String, Float> scores = new HashMap<>();
            small.texts().forEach(piece -> scores.put(piece.text(), piece.score()));
            Tokenizer tokenizer = small.tokenizer();
            for (int i = 0; i < 20; i++) {
                StringBuilder text = new StringBuilder();
                for (int length = 1 + random.nextInt(60); length > 0; length--) {
                    text.append((char) ('a' + random.nextInt(3)));
                }
                List<String> pieces = Arrays.stream(tokenizer.encode(text.toString()))
                        .mapToObj(tokenizer::piece)
                        .toList();
                assertEquals(merge(text.toString(), scores), pieces);
            }
        }
    }
}
