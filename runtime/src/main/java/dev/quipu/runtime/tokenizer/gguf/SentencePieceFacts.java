package dev.quipu.runtime.tokenizer.gguf;

import dev.quipu.runtime.tokenizer.sentencepiece.KeptFields;
import dev.quipu.runtime.tokenizer.sentencepiece.NormalizerSpec;
import dev.quipu.runtime.tokenizer.sentencepiece.PieceRules;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePiece;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceModel;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceTokenizer;
import dev.quipu.runtime.tokenizer.sentencepiece.SpecialPieces;
import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec;
import dev.quipu.runtime.weights.GgufValue;
import dev.quipu.runtime.weights.GgufValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/** SentencePiece's byte-pair vocabularies in GGUF, where {@code tokenizer.ggml.model} is {@value #MODEL}. */
final class SentencePieceFacts {
    static final String MODEL = "llama";

    /** What llama.cpp's converter writes for a token's type: SentencePiece's own numbers. */
    private static final List<SentencePiece.Type> TYPES = List.of(
            SentencePiece.Type.NORMAL,
            SentencePiece.Type.UNKNOWN,
            SentencePiece.Type.CONTROL,
            SentencePiece.Type.USER_DEFINED,
            SentencePiece.Type.UNUSED,
            SentencePiece.Type.BYTE);

    private SentencePieceFacts() {}

    static SentencePieceTokenizer read(Facts facts) {
        List<String> tokens = facts.list("tokens", String.class, "texts");
        List<Float> scores = facts.list("scores", Float.class, "numbers");
        List<Long> types = facts.list("token_type", Long.class, "numbers");
        if (tokens.isEmpty() || scores.size() != tokens.size() || types.size() != tokens.size()) {
            throw facts.wrong(
                    "tokens, scores and token_type",
                    "as many texts as numbers",
                    tokens.size() + ", " + scores.size() + " and " + types.size());
        }
        List<SentencePiece> pieces = new ArrayList<>(tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            long type = types.get(id);
            if (type < 1 || type > TYPES.size()) {
                throw facts.wrong("token_type", "1 to " + TYPES.size(), type);
            }
            pieces.add(new SentencePiece(tokens.get(id), scores.get(id), TYPES.get((int) type - 1)));
        }
        SentencePieceModel model = new SentencePieceModel(
                pieces, trainer(facts, pieces), normalizer(facts), Optional.empty(), KeptFields.NONE);
        return SentencePieceTokenizer.of(model, facts.flag("add_bos_token").orElse(true), facts.chatTemplate());
    }

    private static TrainerSpec trainer(Facts facts, List<SentencePiece> pieces) {
        SpecialPieces usual = SpecialPieces.DEFAULT;
        return new TrainerSpec(
                TrainerSpec.ModelType.BPE,
                pieces.size(),
                TrainerSpec.DEFAULT.characterCoverage(),
                TrainerSpec.DEFAULT.longestSentence(),
                PieceRules.LLAMA,
                false,
                pieces.stream().anyMatch(piece -> piece.type() == SentencePiece.Type.BYTE),
                new SpecialPieces(
                        special(facts, "unknown_token_id", usual.unknown(), pieces),
                        special(facts, "bos_token_id", usual.beginOfText(), pieces),
                        special(facts, "eos_token_id", usual.endOfText(), pieces),
                        special(facts, "padding_token_id", usual.padding(), pieces)),
                TrainerSpec.DEFAULT.unknownSurface(),
                KeptFields.NONE);
    }

    private static SpecialPieces.Special special(
            Facts facts, String key, SpecialPieces.Special usual, List<SentencePiece> pieces) {
        OptionalInt id = facts.id(key, pieces.size());
        return id.isPresent()
                ? new SpecialPieces.Special(
                        id.getAsInt(), pieces.get(id.getAsInt()).text())
                : usual;
    }

    private static NormalizerSpec normalizer(Facts facts) {
        NormalizerSpec identity = NormalizerSpec.IDENTITY;
        return new NormalizerSpec(
                identity.name(),
                identity.precompiledCharsmap(),
                facts.flag("add_space_prefix").orElse(true),
                facts.flag("remove_extra_whitespaces").orElse(false),
                true,
                KeptFields.NONE);
    }

    static SequencedMap<String, GgufValue> write(SentencePieceTokenizer tokenizer) {
        SentencePieceModel model = tokenizer.model();
        List<SentencePiece> pieces = model.pieces();
        SequencedMap<String, GgufValue> facts = new LinkedHashMap<>();
        facts.put("model", GgufValue.string(MODEL));
        facts.put("pre", GgufValue.string("default"));
        facts.put(
                "tokens",
                GgufValue.array(
                        GgufValueType.STRING,
                        pieces.stream().map(SentencePiece::text).toList()));
        facts.put(
                "scores",
                GgufValue.array(
                        GgufValueType.FLOAT32,
                        pieces.stream().map(SentencePiece::score).toList()));
        facts.put(
                "token_type",
                GgufValue.array(
                        GgufValueType.INT32,
                        pieces.stream()
                                .map(piece -> (long) TYPES.indexOf(piece.type()) + 1)
                                .toList()));
        putId(facts, "unknown_token_id", model.trainer().specialPieces().unknown());
        putId(facts, "bos_token_id", model.trainer().specialPieces().beginOfText());
        putId(facts, "eos_token_id", model.trainer().specialPieces().endOfText());
        putId(facts, "padding_token_id", model.trainer().specialPieces().padding());
        facts.put("add_bos_token", GgufValue.bool(tokenizer.beginsPrompts()));
        facts.put("add_eos_token", GgufValue.bool(false));
        facts.put("remove_extra_whitespaces", GgufValue.bool(model.normalizer().removeExtraWhitespaces()));
        facts.put("add_space_prefix", GgufValue.bool(model.normalizer().addDummyPrefix()));
        return facts;
    }

    private static void putId(SequencedMap<String, GgufValue> facts, String key, SpecialPieces.Special special) {
        if (special.isPresent()) {
            facts.put(key, GgufValue.uint32(special.id()));
        }
    }

    /** Why readers of GGUF would not cut texts as the tokenizer does, if they would not. */
    static Optional<String> obstacle(SentencePieceTokenizer tokenizer) {
        SentencePieceModel model = tokenizer.model();
        if (model.trainer().modelType() != TrainerSpec.ModelType.BPE) {
            return Optional.of("a " + model.trainer().modelType() + " vocabulary");
        }
        if (model.normalizer().precompiledCharsmap().hasRemaining()) {
            return Optional.of("the normaliser " + model.normalizer().name());
        }
        return Optional.empty();
    }
}
