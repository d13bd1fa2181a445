package dev.quipu.dsl.formula;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A scalar expression over named inputs. */
public sealed interface Expression {
    /** A constant. */
    record Literal(double value) implements Expression {
        /** By hand, as in the next three: derivatives compare, and a record's own takes milliseconds to link. */
        @Override
        public boolean equals(Object object) {
            return object instanceof Literal other && Double.compare(value, other.value) == 0;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(value);
        }
    }

    /** The value of an input. */
    record Name(String name) implements Expression {
        @Override
        public boolean equals(Object object) {
            return object instanceof Name other && name.equals(other.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    /** A primitive of one argument. */
    record Apply(Primitive primitive, Expression argument) implements Expression {
        @Override
        public boolean equals(Object object) {
            return object instanceof Apply other && primitive == other.primitive && argument.equals(other.argument);
        }

        @Override
        public int hashCode() {
            return 31 * primitive.hashCode() + argument.hashCode();
        }
    }

    /** An operator between two values. */
    record Binary(Operator operator, Expression left, Expression right) implements Expression {
        @Override
        public boolean equals(Object object) {
            return object instanceof Binary other
                    && operator == other.operator
                    && left.equals(other.left)
                    && right.equals(other.right);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * operator.hashCode() + left.hashCode()) + right.hashCode();
        }
    }

    /** {@code then} where the comparison holds, else {@code otherwise}; false where either side is NaN. */
    record Select(Comparison comparison, Expression left, Expression right, Expression then, Expression otherwise)
            implements Expression {}

    /** Comparisons of {@link Select}. */
    enum Comparison {
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        EQUAL("==");

        private final String symbol;

        Comparison(String symbol) {
            this.symbol = symbol;
        }

        public String symbol() {
            return symbol;
        }

        public boolean holds(double left, double right) {
            return switch (this) {
                case LESS -> left < right;
                case LESS_OR_EQUAL -> left <= right;
                case GREATER -> left > right;
                case GREATER_OR_EQUAL -> left >= right;
                case EQUAL -> left == right;
            };
        }
    }

    /** Operators of {@link Binary}. The first four are written between their arguments, the others as functions. */
    enum Operator {
        PLUS("+", 1),
        MINUS("-", 1),
        TIMES("*", 2),
        DIVIDE("/", 2),
        MIN("min", 0),
        MAX("max", 0);

        private final String symbol;
        private final int precedence;

        Operator(String symbol, int precedence) {
            this.symbol = symbol;
            this.precedence = precedence;
        }

        public String symbol() {
            return symbol;
        }

        /** Whether it is written as a function, {@code min(a, b)}. */
        public boolean isFunction() {
            return precedence == 0;
        }

        int precedence() {
            return precedence;
        }

        public double apply(double left, double right) {
            return switch (this) {
                case PLUS -> left + right;
                case MINUS -> left - right;
                case TIMES -> left * right;
                case DIVIDE -> left / right;
                case MIN -> Math.min(left, right);
                case MAX -> Math.max(left, right);
            };
        }
    }

    /** The value in double precision. */
    default double evaluate(Map<String, Double> values) {
        return switch (this) {
            case Literal literal -> literal.value();
            case Name name -> values.get(name.name());
            case Apply apply -> apply.primitive().evaluate(apply.argument().evaluate(values));
            case Binary binary ->
                binary.operator()
                        .apply(binary.left().evaluate(values), binary.right().evaluate(values));
            case Select select ->
                select.comparison()
                                .holds(
                                        select.left().evaluate(values),
                                        select.right().evaluate(values))
                        ? select.then().evaluate(values)
                        : select.otherwise().evaluate(values);
        };
    }

    /** Names in the order of their first appearance, reading from left to right. */
    default Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        collectNames(names);
        return names;
    }

    private void collectNames(Set<String> names) {
        switch (this) {
            case Literal literal -> {}
            case Name name -> names.add(name.name());
            case Apply apply -> apply.argument().collectNames(names);
            case Binary binary -> {
                binary.left().collectNames(names);
                binary.right().collectNames(names);
            }
            case Select select -> {
                select.left().collectNames(names);
                select.right().collectNames(names);
                select.then().collectNames(names);
                select.otherwise().collectNames(names);
            }
        }
    }

    /** Replaces names by expressions; names that the map lacks stay. */
    default Expression substitute(Map<String, Expression> replacements) {
        return switch (this) {
            case Literal literal -> literal;
            case Name name -> replacements.getOrDefault(name.name(), name);
            case Apply apply -> new Apply(apply.primitive(), apply.argument().substitute(replacements));
            case Binary binary ->
                new Binary(
                        binary.operator(),
                        binary.left().substitute(replacements),
                        binary.right().substitute(replacements));
            case Select select ->
                new Select(
                        select.comparison(),
                        select.left().substitute(replacements),
                        select.right().substitute(replacements),
                        select.then().substitute(replacements),
                        select.otherwise().substitute(replacements));
        };
    }

    /** Text that parses back to an equal expression, with the fewest parentheses. */
    default String text() {
        return switch (this) {
            case Literal literal -> literalText(literal.value());
            case Name name -> name.name();
            case Apply apply
            when apply.primitive() == Primitive.NEGATE ->
                // a number after the sign would be read as one negative number
                "-" + grouped(apply.argument(), apply.argument() instanceof Literal || needsGroup(apply.argument(), 3));
            case Apply apply ->
                apply.primitive().name().toLowerCase(Locale.ROOT) + "("
                        + apply.argument().text() + ")";
            case Binary binary -> binaryText(binary);
            case Select select ->
                "select(" + select.left().text() + " " + select.comparison().symbol() + " "
                        + select.right().text() + ", " + select.then().text() + ", "
                        + select.otherwise().text() + ")";
        };
    }

    private static String literalText(double value) {
        if (isNegative(value)) {
            return "-" + literalText(-value);
        }
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.isNaN(value) ? "nan" : "infinity";
        }
        return value == Math.rint(value) && value < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }

    private static boolean isNegative(double value) {
        return !Double.isNaN(value) && Math.copySign(1, value) < 0;
    }

    private static String grouped(Expression expression, boolean group) {
        return group ? "(" + expression.text() + ")" : expression.text();
    }

    private static String binaryText(Binary binary) {
        Operator operator = binary.operator();
        if (operator.isFunction()) {
            return operator.symbol() + "(" + binary.left().text() + ", "
                    + binary.right().text() + ")";
        }
        return grouped(binary.left(), needsGroup(binary.left(), operator.precedence()))
                + " " + operator.symbol() + " "
                + grouped(binary.right(), needsGroup(binary.right(), operator.precedence() + 1));
    }

    private static boolean needsGroup(Expression expression, int precedence) {
        return switch (expression) {
            case Binary binary ->
                !binary.operator().isFunction() && binary.operator().precedence() < precedence;
            case Literal literal -> isNegative(literal.value()) && precedence > 2;
            case Apply apply -> apply.primitive() == Primitive.NEGATE && precedence > 2;
            case Name name -> false;
            case Select select -> false;
        };
    }
}
