package dev.quipu.runtime.chat;

import dev.quipu.runtime.tokenizer.ByteTokenizer;
import dev.quipu.runtime.tokenizer.StreamingDecoder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Bytes, and some names that are a token each; the first begins a text, the second ends it. */
public final class TaggedTokenizer implements Tokenizer {
    private final ByteTokenizer bytes = new ByteTokenizer();
    private final List<String> tags;

    public TaggedTokenizer(String... tags) {
        this.tags = List.of(tags);
    }

    @Override
    public String name() {
        return "tagged";
    }

    @Override
    public int vocabularySize() {
        return bytes.vocabularySize() + tags.size();
    }

    @Override
    public int[] encode(String text) {
        return bytes.encode(text);
    }

    @Override
    public int[] encodeWithSpecials(String text) {
        for (String tag : tags) {
            int at = text.indexOf(tag);
            if (at >= 0) {
                IntStream rest = IntStream.concat(
                        IntStream.of(special(tag).getAsInt()),
                        IntStream.of(encodeWithSpecials(text.substring(at + tag.length()))));
                return IntStream.concat(IntStream.of(encodeWithSpecials(text.substring(0, at))), rest)
                        .toArray();
            }
        }
        return encode(text);
    }

    @Override
    public OptionalInt special(String name) {
        int place = tags.indexOf(name);
        return place < 0 ? OptionalInt.empty() : OptionalInt.of(bytes.vocabularySize() + place);
    }

    @Override
    public String piece(int token) {
        return token < bytes.vocabularySize() ? bytes.piece(token) : tags.get(token - bytes.vocabularySize());
    }

    /** The text of some ids with the names of special tokens. */
    String shown(int... ids) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ids.length; ) {
            if (ids[i] >= bytes.vocabularySize()) {
                text.append(piece(ids[i++]));
                continue;
            }
            int from = i;
            while (i < ids.length && ids[i] < bytes.vocabularySize()) {
                i++;
            }
            text.append(bytes.decode(Arrays.copyOfRange(ids, from, i)));
        }
        return text.toString();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return bytes.streamingDecoder();
    }

    @Override
    public OptionalInt beginOfText() {
        return special(tags.getFirst());
    }

    @Override
    public OptionalInt endOfText() {
        return tags.size() < 2 ? OptionalInt.empty() : special(tags.get(1));
    }

    @Override
    public void save(Path folder) {
        throw new UnsupportedOperationException();
    }
}
