package dev.quipu.runtime.tokenizer.bpe;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads "normalizer". */
final class NormalizerReader {
    private NormalizerReader() {}

    static Normalization read(JsonPart part) {
        List<Normalization.Rule> rules = new ArrayList<>();
        if (!part.isAbsent()) {
            add(part, rules);
        }
        return new Normalization(rules);
    }

    private static void add(JsonPart part, List<Normalization.Rule> rules) {
        switch (part.type()) {
            case "Sequence" ->
                part.only("type", "normalizers").at("normalizers").items().forEach(item -> add(item, rules));
            case "NFC" -> rules.add(form(part, Normalizer.Form.NFC));
            case "NFD" -> rules.add(form(part, Normalizer.Form.NFD));
            case "NFKC" -> rules.add(form(part, Normalizer.Form.NFKC));
            case "NFKD" -> rules.add(form(part, Normalizer.Form.NFKD));
            case "Prepend" ->
                rules.add(new Normalization.Prepend(
                        part.only("type", "prepend").at("prepend").text()));
            case "Replace" -> rules.add(replace(part.only("type", "pattern", "content")));
            default -> throw part.at("type").refused("one of Sequence, NFC, NFD, NFKC, NFKD, Prepend, Replace");
        }
    }

    private static Normalization.Rule form(JsonPart part, Normalizer.Form form) {
        part.only("type");
        return new Normalization.Form(form);
    }

    private static Normalization.Rule replace(JsonPart part) {
        String content = part.at("content").text();
        JsonPart pattern = part.at("pattern").only("String", "Regex");
        return pattern.at("Regex").isAbsent()
                ? new Normalization.ReplaceText(literal(pattern.at("String")), content)
                : new Normalization.ReplacePattern(pattern(pattern.at("Regex")), content);
    }

    /** A text to look for, which is not empty. */
    static String literal(JsonPart part) {
        if (part.text().isEmpty()) {
            throw part.refused("a text that is not empty");
        }
        return part.text();
    }

    /** An expression that Java can stand for. */
    static Pattern pattern(JsonPart part) {
        return PortablePattern.of(part.text())
                .orElseThrow(() -> part.refused("a regular expression of literals, \\p{..}, \\s, \\d, sets without set"
                        + " operations, groups, lookaround and bounded repetition of groups"));
    }
}
