package dev.quipu.runtime.tokenizer.bpe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads "decoder". */
final class DecoderReader {
    private static final int ASCII = 0x80;

    private final List<TokenTexts.Step> steps = new ArrayList<>();
    private Optional<TokenTexts.Strip> beginning = Optional.empty();
    private boolean bytes;
    private boolean fused;

    private DecoderReader() {}

    static TokenTexts read(JsonPart part) {
        DecoderReader reader = new DecoderReader();
        if (part.isAbsent()) {
            throw part.refused("a decoder");
        }
        reader.add(part);
        return new TokenTexts(reader.steps, reader.beginning);
    }

    private void add(JsonPart part) {
        switch (part.type()) {
            case "Sequence" ->
                part.only("type", "decoders").at("decoders").items().forEach(this::add);
            case "Fuse" -> {
                part.only("type");
                fused = true;
            }
            case "Strip" -> strip(part.only("type", "content", "start", "stop"));
            case "ByteLevel" -> {
                part.only("type", "add_prefix_space", "trim_offsets", "use_regex");
                step(part, new TokenTexts.ByteLevel());
                bytes = true;
                fused = true;
            }
            case "ByteFallback" -> {
                part.only("type");
                step(part, new TokenTexts.ByteFallback());
                bytes = true;
            }
            case "Replace" -> step(part, replace(part.only("type", "pattern", "content")));
            case "Metaspace" -> {
                part.only("type", "replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split");
                step(
                        part,
                        new TokenTexts.Metaspace(
                                part.at("replacement").character(),
                                PreTokenizerReader.prefixed(part) != Splitting.Prefixed.NEVER));
            }
            default ->
                throw part.at("type")
                        .refused("one of Sequence, ByteLevel, ByteFallback, Replace, Fuse, Strip, Metaspace");
        }
    }

    private static TokenTexts.Replace replace(JsonPart part) {
        return new TokenTexts.Replace(
                NormalizerReader.literal(part.at("pattern").only("String").at("String")),
                part.at("content").text());
    }

    private void step(JsonPart part, TokenTexts.Step step) {
        if (bytes || fused) {
            throw part.at("type").refused("no step of tokens behind ByteLevel, ByteFallback or Fuse");
        }
        steps.add(step);
    }

    private void strip(JsonPart part) {
        char character = part.at("content").character();
        TokenTexts.Strip strip = new TokenTexts.Strip(
                character, part.at("start").count(), part.at("stop").count());
        if (!fused) {
            step(part, strip);
            return;
        }
        if (strip.end() > 0) {
            throw part.at("stop").refused("0, because the end of a stream is not known,");
        }
        if (character >= ASCII || beginning.isPresent()) {
            throw part.refused("one Strip of an ASCII character behind Fuse");
        }
        beginning = Optional.of(strip);
    }
}
