package dev.quipu.dsl.text;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.op.ShapeMismatch;
import java.util.function.Supplier;
import org.antlr.v4.runtime.Token;

/** What is wrong at a place of the text. */
final class Mistake {
    private Mistake() {}

    static QuipuException of(Token place, String expected, String found) {
        return QuipuException.of(expected, found, where(place), "");
    }

    /** Runs a body whose own refusals lack the place. */
    static <T> T at(Token place, Supplier<T> body) {
        try {
            return body.get();
        } catch (ShapeMismatch mismatch) {
            throw QuipuException.of(mismatch.expected(), mismatch.found(), where(place), mismatch.remedy());
        } catch (QuipuException mistake) {
            throw new QuipuException(where(place) + ": " + mistake.getMessage(), mistake);
        }
    }

    private static String where(Token place) {
        return "graph text " + place.getLine() + ":" + (place.getCharPositionInLine() + 1);
    }
}
