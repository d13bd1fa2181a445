package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.runtime.tokenizer.StreamingDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecodingTest {
    /** Stands in no text. */
    private static final String CUT = "\ue000";

    private static String streamed(StreamingDecoder decoder, int... tokens) {
        StringBuilder pieces = new StringBuilder();
        for (int token : tokens) {
            pieces.append(decoder.next(token)).append(CUT);
        }
        return pieces.append(decoder.finish()).toString();
    }

    @Test
    void charactersComeWhenTheyAreWhole() {
        BpeTokenizer tokenizer = Toy.tokenizer(Toy.marked());
        int[] tokens = tokenizer.encode("a\u4e01b");
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        assertEquals(
                String.join(CUT, "a", "", "", "\u4e01", "b", ""),
                streamed(decoder, Arrays.copyOfRange(tokens, tokens.length - 5, tokens.length)));
        assertEquals(CUT + CUT + "\ufffd", streamed(decoder, 0xE4, 0xB8));
        assertEquals("A" + CUT, streamed(decoder, 'A'));
    }

    @Test
    void theSpaceBeforeATextIsTakenAwayOnceForEachText() {
        BpeTokenizer tokenizer = Toy.tokenizer(Toy.marked());
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        for (int round = 0; round < 2; round++) {
            assertEquals(
                    "the the", streamed(decoder, tokenizer.encode("the the")).replace(CUT, ""));
            assertEquals(" the", streamed(decoder, tokenizer.encode(" the")).replace(CUT, ""));
        }
    }

    @Test
    void whatIsStreamedIsTheTextForAnyTokens() {
        for (BpeTokenizer tokenizer :
                new BpeTokenizer[] {Toy.tokenizer(Toy.byteLevel(Toy.GPT2)), Toy.tokenizer(Toy.marked())}) {
            SplittableRandom random = new SplittableRandom(4);
            StreamingDecoder decoder = tokenizer.streamingDecoder();
            for (int round = 0; round < 500; round++) {
                int[] tokens = random.ints(10, 0, tokenizer.vocabularySize()).toArray();
                assertEquals(tokenizer.decode(tokens), streamed(decoder, tokens).replace(CUT, ""));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'{''type'':''Replace'',''pattern'':{''String'':''_''},''content'':'' ''}', a_b_, 'a b '",
        "'{''type'':''Strip'',''content'':''_'',''start'':1,''stop'':2}', __a_b___, '_a_b_'",
        "'{''type'':''Strip'',''content'':''_'',''start'':5,''stop'':5}', ___, ''",
        "'{''type'':''ByteFallback''}', <0x41>, A",
        "'{''type'':''ByteFallback''}', <0x4G>, <0x4G>",
        "'{''type'':''ByteLevel''}', \u0120a\u010a, ' a\n'",
        "'{''type'':''Metaspace'',''replacement'':''_''}', _a_, ' a '",
    })
    void stepsChangePieces(String decoder, String piece, String text) {
        TokenTexts texts = DecoderReader.read(new JsonPart(Toy.json(decoder), "toy", "decoder"));
        assertEquals(text, new String(texts.bytes(piece, false), StandardCharsets.UTF_8));
    }
}
