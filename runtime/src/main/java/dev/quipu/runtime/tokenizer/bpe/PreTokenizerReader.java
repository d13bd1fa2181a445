package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.runtime.tokenizer.bpe.Splitting.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads "pre_tokenizer".
 *
 * @param steps of what was read
 * @param byteLevel whether the words are spelled in {@link ByteAlphabet}
 */
record PreTokenizerReader(List<Splitting> steps, boolean byteLevel) {
    /** Reads a part; {@code prefixSpace} of {@code tokenizer_config.json} rules over that of a byte-level step that stands alone. */
    static PreTokenizerReader read(JsonPart part, Optional<Boolean> prefixSpace) {
        List<Splitting> steps = new ArrayList<>();
        if (part.isAbsent()) {
            return new PreTokenizerReader(steps, false);
        }
        JsonPart last = part;
        if (part.type().equals("Sequence")) {
            List<JsonPart> items =
                    part.only("type", "pretokenizers").at("pretokenizers").items();
            if (items.isEmpty()) {
                throw part.at("pretokenizers").refused("at least one");
            }
            items.subList(0, items.size() - 1).forEach(item -> add(item, steps));
            last = items.getLast();
        }
        boolean byteLevel = last.type().equals("ByteLevel");
        if (byteLevel) {
            addByteLevel(last, last.equals(part) ? prefixSpace : Optional.empty(), steps);
        } else {
            add(last, steps);
        }
        return new PreTokenizerReader(steps, byteLevel);
    }

    private static void addByteLevel(JsonPart part, Optional<Boolean> prefixSpace, List<Splitting> steps) {
        part.only("type", "add_prefix_space", "trim_offsets", "use_regex");
        if (prefixSpace.orElse(part.at("add_prefix_space").flag(true))) {
            steps.add(new Splitting.PrefixSpace());
        }
        if (part.at("use_regex").flag(true)) {
            steps.add(new Splitting.Words(new Gpt2Pattern()));
        }
    }

    private static void add(JsonPart part, List<Splitting> steps) {
        switch (part.type()) {
            case "Split" -> steps.add(split(part.only("type", "pattern", "behavior", "invert")));
            case "Digits" -> {
                boolean individual = part.only("type", "individual_digits")
                        .at("individual_digits")
                        .flag(false);
                steps.add(new Splitting.Characters(
                        Kind.DIGIT, individual ? SplitBehavior.ISOLATED : SplitBehavior.CONTIGUOUS));
            }
            case "Punctuation" -> {
                JsonPart behavior = part.only("type", "behavior").at("behavior");
                steps.add(new Splitting.Characters(
                        Kind.PUNCTUATION, behavior.isAbsent() ? SplitBehavior.ISOLATED : behavior(behavior)));
            }
            case "Metaspace" -> steps.add(metaspace(part));
            case "ByteLevel" -> throw part.at("type").refused("ByteLevel only as the last step");
            case "Sequence" -> throw part.at("type").refused("no Sequence in a Sequence");
            default ->
                throw part.at("type").refused("one of Sequence, ByteLevel, Split, Digits, Punctuation, Metaspace");
        }
    }

    private static Splitting split(JsonPart part) {
        SplitBehavior behavior = behavior(part.at("behavior"));
        boolean inverted = part.at("invert").flag(false);
        JsonPart pattern = part.at("pattern").only("String", "Regex");
        if (pattern.at("Regex").isAbsent()) {
            String literal = NormalizerReader.literal(pattern.at("String"));
            return new Splitting.Matches(Pattern.compile(Pattern.quote(literal)), behavior, inverted);
        }
        JsonPart expression = pattern.at("Regex");
        WordPattern known = WordPattern.of(expression.text());
        // a pattern that matches everything leaves nothing between its matches
        boolean eachMatch = behavior == SplitBehavior.ISOLATED || (behavior == SplitBehavior.REMOVED && inverted);
        return known != null && eachMatch
                ? new Splitting.Words(known)
                : new Splitting.Matches(NormalizerReader.pattern(expression), behavior, inverted);
    }

    private static SplitBehavior behavior(JsonPart part) {
        for (SplitBehavior behavior : SplitBehavior.values()) {
            if (behavior.label().equals(part.text())) {
                return behavior;
            }
        }
        throw part.refused("one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
    }

    private static Splitting metaspace(JsonPart part) {
        part.only("type", "replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split");
        return new Splitting.Metaspace(
                part.at("replacement").character(),
                prefixed(part),
                part.at("split").flag(true));
    }

    /** Which pieces get a mark: newer files name a scheme, older ones have a flag. */
    static Splitting.Prefixed prefixed(JsonPart part) {
        JsonPart scheme = part.at("prepend_scheme");
        if (scheme.isAbsent()) {
            return part.at("add_prefix_space").flag(true) ? Splitting.Prefixed.ALWAYS : Splitting.Prefixed.NEVER;
        }
        return switch (scheme.text()) {
            case "always" -> Splitting.Prefixed.ALWAYS;
            case "first" -> Splitting.Prefixed.FIRST;
            case "never" -> Splitting.Prefixed.NEVER;
            default -> throw scheme.refused("always, first or never");
        };
    }
}
