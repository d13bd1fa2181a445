package dev.quipu.dsl.formula;

import dev.quipu.dsl.QuipuException;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.Vocabulary;

/** Turns the first syntax error of a grammar of ours into a line of where, what was expected, and what was found. */
public final class SyntaxRefusal extends BaseErrorListener {
    /** Words for a place; columns count from 1. */
    @FunctionalInterface
    public interface Place {
        String at(int line, int column);
    }

    private static final String NAME = "a name";

    private final Place place;

    public SyntaxRefusal(Place place) {
        this.place = place;
    }

    @Override
    public void syntaxError(
            Recognizer<?, ?> recognizer,
            Object symbol,
            int line,
            int column,
            String message,
            RecognitionException cause) {
        String where = place.at(line, column + 1);
        if (!(recognizer instanceof Parser parser)) {
            throw new QuipuException(where + ": " + message);
        }
        throw QuipuException.of(expected(parser), found((Token) symbol), where, "");
    }

    private static String expected(Parser parser) {
        Set<String> words = new LinkedHashSet<>();
        parser.getExpectedTokens().toList().forEach(type -> words.add(word(parser.getVocabulary(), type)));
        if (words.contains(NAME)) {
            // where a name may stand, the words of the grammar may too, and say nothing
            words.removeIf(word -> word.matches("'[a-z]+'"));
        }
        return String.join(" or ", words);
    }

    private static String word(Vocabulary vocabulary, int type) {
        String symbol = vocabulary.getSymbolicName(type);
        if (symbol == null) {
            return vocabulary.getDisplayName(type);
        }
        return switch (symbol) {
            case "EOF" -> "the end";
            case "NAME", "WORD" -> NAME;
            default -> "a " + symbol.toLowerCase(Locale.ROOT);
        };
    }

    private static String found(Token token) {
        return token.getType() == Token.EOF ? "the end" : "'" + token.getText() + "'";
    }
}
