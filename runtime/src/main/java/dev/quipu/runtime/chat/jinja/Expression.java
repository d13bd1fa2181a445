package dev.quipu.runtime.chat.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What has a value. */
sealed interface Expression {
    /** Arguments of a call, filter or test. */
    record Arguments(List<Expression> positional, Map<String, Expression> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());

        public Arguments {
            positional = List.copyOf(positional);
        }
    }

    /** A number, text, truth value or {@link Nothing#NONE}. */
    record Literal(Object value) implements Expression {}

    /** A variable. */
    record Name(String name) implements Expression {}

    /** A list or tuple. */
    record Items(List<Expression> items) implements Expression {}

    /** A map. */
    record Entries(List<Expression> keys, List<Expression> values) implements Expression {}

    /** {@code -x}. */
    record Negative(Expression operand) implements Expression {}

    /** {@code not x}. */
    record Not(Expression operand) implements Expression {}

    /** {@code left and right}: the operand that decides. */
    record And(Expression left, Expression right) implements Expression {}

    /** {@code left or right}: the operand that decides. */
    record Or(Expression left, Expression right) implements Expression {}

    /** Arithmetic and {@code ~}. */
    record Binary(String operator, Expression left, Expression right) implements Expression {}

    /** A comparison with what follows, {@code in} and {@code not in} among them. */
    record Link(String operator, Expression right) {}

    /** {@code a < b <= c}: every link holds. */
    record Comparison(Expression first, List<Link> links) implements Expression {}

    /** {@code then if condition else otherwise}. */
    record Choice(Expression condition, Expression then, Optional<Expression> otherwise) implements Expression {}

    /** {@code base.name}. */
    record Attribute(Expression base, String name) implements Expression {}

    /** {@code base[index]}. */
    record Item(Expression base, Expression index) implements Expression {}

    /** {@code base[from:to:step]}. */
    record Slice(Expression base, Optional<Expression> from, Optional<Expression> to, Optional<Expression> step)
            implements Expression {}

    /** {@code function(arguments)}. */
    record Call(Expression function, Arguments arguments) implements Expression {}

    /** {@code base | name(arguments)}. */
    record Filtered(Expression base, String name, Arguments arguments) implements Expression {}

    /** {@code base is name(arguments)}. */
    record Test(Expression base, String name, Arguments arguments) implements Expression {}
}
