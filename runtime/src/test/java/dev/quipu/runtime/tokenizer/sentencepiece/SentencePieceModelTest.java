package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.tokenizer.sentencepiece.SpecialPieces.Special;
import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec.ModelType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class SentencePieceModelTest {
    private static final int MUTATIONS = 5_000;

    @Test
    void everyFieldSurvivesWritingAndReading(@TempDir Path folder) {
        SentencePieceModel model = unusual();

        model.write(folder.resolve("a.model"));

        assertEquals(model, SentencePieceModel.read(folder.resolve("a.model")));
        assertEquals(model, SentencePieceModel.read(model.toBytes()));
    }

    @Test
    void whatAFileDoesNotSayHasTheDefaultsOfTheFormat() {
        SentencePieceModel model = SentencePieceModel.read(withUnknown().bytes());

        assertEquals(
                new SentencePieceModel(
                        List.of(new SentencePiece("<unk>", 0, SentencePiece.Type.UNKNOWN)),
                        TrainerSpec.DEFAULT,
                        new NormalizerSpec("", ByteBuffer.allocate(0), true, true, true, KeptFields.NONE),
                        Optional.empty(),
                        KeptFields.NONE),
                model);
    }

    @Test
    void aMessageInTwoPartsIsOneMessage() {
        WireMessage first = WireMessage.of().varint(3, 2).varint(4, 7).varint(16, 1);
        WireMessage second = WireMessage.of().varint(4, 1).varint(49, 1);

        SentencePieceModel model = SentencePieceModel.read(
                withUnknown().message(2, first).message(2, second).bytes());

        assertEquals(ModelType.BPE, model.trainer().modelType());
        assertEquals(1, model.trainer().vocabularySize());
        assertEquals("2 other fields", model.trainer().kept().toString());
    }

    @TestFactory
    Stream<DynamicTest> refusals() {
        String damaged = "expected a SentencePiece model, found other or damaged bytes";
        return Stream.of(
                refusal("nothing", WireMessage.of(), "vocabulary: expected one unknown piece, found 0"),
                refusal("a group's end alone", withUnknown().groupEnd(9), damaged),
                refusal("two unknown", withUnknown().message(1, piece("a", 2)), "one unknown piece, found 2"),
                refusal("empty piece", withUnknown().message(1, WireMessage.of()), "expected a piece with a text"),
                refusal("twice", withUnknown().message(1, piece("a", 1)).message(1, piece("a", 4)), "found two 'a'"),
                refusal(
                        "broken UTF-8",
                        withUnknown().message(1, WireMessage.of().raw(1, (byte) 0xC3, (byte) 0x28)),
                        damaged),
                refusal("piece type", withUnknown().message(1, piece("a", 9)), "a piece type of 1 to 6, found 9"),
                refusal("odd text", withUnknown().message(1, piece("\n", 6)), "as a byte's piece, found '\\n'"),
                refusal("score", withUnknown().message(1, piece("a", 1).number(2, Float.NaN)), "score, found NaN"),
                refusal("model type", withUnknown().message(2, WireMessage.of().varint(3, 5)), "1 to 4, found 5"),
                refusal("a byte alone", withUnknown().message(1, piece("<0x00>", 6)), "expected 0 pieces for bytes"),
                refusal("no byte", withUnknown().message(1, piece("<0xg0>", 6)), "found '<0xg0>'"),
                refusal(
                        "bytes missing",
                        withUnknown().message(2, WireMessage.of().varint(35, 1)),
                        "expected 256 pieces for bytes, as byte_fallback says, found 0"),
                refusal(
                        "long piece",
                        withUnknown().message(2, WireMessage.of().varint(20, 600)),
                        "expected 1 to 512 characters, found 600"));
    }

    private static DynamicTest refusal(String name, WireMessage message, String line) {
        return DynamicTest.dynamicTest(name, () -> {
            String refusal = assertThrows(QuipuException.class, () -> SentencePieceModel.read(message.bytes()))
                    .getMessage();
            assertTrue(refusal.startsWith("SentencePiece model: ") && refusal.contains(line), refusal);
            assertEquals(1, refusal.lines().count(), refusal);
        });
    }

    @Test
    void filesAreNamedInRefusals(@TempDir Path folder) throws IOException {
        Path none = folder.resolve("none.model");
        Path text = Files.write(folder.resolve("text.model"), "some text".getBytes(StandardCharsets.UTF_8));
        Path large = folder.resolve("large.model");
        try (var channel = Files.newByteChannel(large, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.position(SentencePieceModel.MAXIMUM_BYTES).write(ByteBuffer.allocate(1));
        }

        assertEquals(none + ": expected a SentencePiece model, found no file " + none, failure(none));
        assertTrue(failure(text).startsWith(text + ": expected a SentencePiece model, found other"), failure(text));
        assertTrue(failure(large).contains("of at most 67108864 bytes, found 67108865 bytes"), failure(large));
    }

    private static String failure(Path file) {
        return assertThrows(QuipuException.class, () -> SentencePieceModel.read(file))
                .getMessage();
    }

    /** Whatever is damaged, the file is refused in one line, or it is read as a model that is written and read alike. */
    @Test
    void damagedFilesAreRefusedOrRead() {
        Random random = new Random(1);
        byte[] sound = unusual().toBytes();
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] damaged = mutated(sound, random);
            try {
                SentencePieceModel model = SentencePieceModel.read(damaged);
                assertEquals(model, SentencePieceModel.read(model.toBytes()));
            } catch (QuipuException e) {
                refused++;
                assertEquals(1, e.getMessage().lines().count(), e::getMessage);
            }
        }
        assertNotEquals(0, refused);
        assertNotEquals(MUTATIONS, refused);
    }

    private static byte[] mutated(byte[] sound, Random random) {
        byte[] damaged = sound.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length)) : damaged;
    }

    @TestFactory
    Stream<DynamicTest> filesOfOthersAreWrittenAsTheyWereRead() throws IOException {
        Path shared = SharedData.of("data");
        try (Stream<Path> files = Files.walk(shared)) {
            return files.filter(file -> file.toString().endsWith(".model")).sorted().toList().stream()
                    .map(file -> DynamicTest.dynamicTest(shared.relativize(file).toString(), () -> {
                        SentencePieceModel model = SentencePieceModel.read(file);
                        assertEquals(
                                model.trainer().vocabularySize(), model.pieces().size());
                        assertEquals(model, SentencePieceModel.read(model.toBytes()));
                    }));
        }
    }

    private static WireMessage withUnknown() {
        return WireMessage.of().message(1, piece("<unk>", 2));
    }

    private static WireMessage piece(String text, int type) {
        return WireMessage.of().text(1, text).varint(3, type);
    }

    /** A model of which no field has its default. */
    private static SentencePieceModel unusual() {
        WireMessage strange = piece("a", 1).text(200, "ours").varint(201, -1);
        KeptFields kept = SentencePieceModel.read(
                        withUnknown().message(1, strange).bytes())
                .pieces()
                .getLast()
                .kept();
        assertEquals("2 other fields", kept.toString());
        List<SentencePiece> pieces = new ArrayList<>(List.of(
                new SentencePiece("a", -1.5f, SentencePiece.Type.NORMAL, kept),
                new SentencePiece("?", 0, SentencePiece.Type.UNKNOWN),
                new SentencePiece("begin", 0, SentencePiece.Type.CONTROL),
                new SentencePiece("\u2581\uD83D\uDE00", -3, SentencePiece.Type.USER_DEFINED),
                new SentencePiece("b", -4, SentencePiece.Type.UNUSED)));
        IntStream.range(0, 256).mapToObj(SentencePiece::ofByte).forEach(pieces::add);
        NormalizerSpec normalizer =
                new NormalizerSpec("own", ByteBuffer.wrap(new byte[] {1, 2, 3}), false, false, false, kept);
        TrainerSpec trainer = new TrainerSpec(
                ModelType.BPE,
                261,
                0.5f,
                100,
                new PieceRules(5, false, false, false, true, true),
                true,
                true,
                new SpecialPieces(
                        new Special(1, "?"), new Special(2, "begin"), new Special(-1, "end"), new Special(9, "pad")),
                "??",
                kept);
        return new SentencePieceModel(pieces, trainer, normalizer, Optional.of(normalizer), kept);
    }
}
