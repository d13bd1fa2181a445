package dev.quipu.runtime.chat.jinja;

import dev.quipu.dsl.QuipuException;
import java.util.List;

/** Tokens that are read one after the other. */
final class TokenStream {
    private final List<Token> tokens;
    private int next;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(next);
    }

    Token peekSecond() {
        return tokens.get(Math.min(next + 1, tokens.size() - 1));
    }

    Token take() {
        Token token = tokens.get(next);
        next = Math.min(next + 1, tokens.size() - 1);
        return token;
    }

    boolean isOperator(String operator) {
        return peek().is(Token.Kind.OPERATOR, operator);
    }

    boolean isName(String name) {
        return peek().is(Token.Kind.NAME, name);
    }

    /** Takes an operator if it comes next. */
    boolean takesOperator(String operator) {
        boolean found = isOperator(operator);
        if (found) {
            take();
        }
        return found;
    }

    /** Takes a word if it comes next. */
    boolean takesName(String name) {
        boolean found = isName(name);
        if (found) {
            take();
        }
        return found;
    }

    void expectOperator(String operator) {
        if (!takesOperator(operator)) {
            throw unexpected("\"" + operator + "\"");
        }
    }

    void expectName(String name) {
        if (!takesName(name)) {
            throw unexpected("\"" + name + "\"");
        }
    }

    String expectAnyName() {
        return expect(Token.Kind.NAME, "a name").text();
    }

    Token expect(Token.Kind kind, String meaning) {
        if (peek().kind() != kind) {
            throw unexpected(meaning);
        }
        return take();
    }

    QuipuException unexpected(String expected) {
        return QuipuException.of(expected, peek().shown(), "chat template, line " + peek().line(), "");
    }
}
