package dev.quipu.dsl.formula;

import dev.quipu.dsl.QuipuException;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;

/** Turns the first syntax error of a grammar of ours into a line of where, what was expected, and what was found. */
public final class SyntaxRefusal extends BaseErrorListener {
    /** Words for a place; columns count from 1. */
    @FunctionalInterface
    public interface Place {
        String at(int line, int column);
    }

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
        String expected = parser.getExpectedTokens().toString(parser.getVocabulary());
        throw QuipuException.of(expected, found((Token) symbol), where, "");
    }

    private static String found(Token token) {
        return token.getType() == Token.EOF ? "the end" : "'" + token.getText() + "'";
    }
}
