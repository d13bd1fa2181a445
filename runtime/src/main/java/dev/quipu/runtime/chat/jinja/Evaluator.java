package dev.quipu.runtime.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values of expressions. */
final class Evaluator {
    private Evaluator() {}

    static Object evaluate(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Literal(Object value) -> value;
            case Expression.Name(String name) -> scope.get(name);
            case Expression.Items(List<Expression> items) -> all(items, scope);
            case Expression.Entries entries -> entries(entries, scope);
            case Expression.Negative(Expression operand) -> negative(evaluate(operand, scope));
            case Expression.Not(Expression operand) -> !truth(operand, scope);
            case Expression.And(Expression left, Expression right) -> {
                Object first = evaluate(left, scope);
                yield Python.truth(first) ? evaluate(right, scope) : first;
            }
            case Expression.Or(Expression left, Expression right) -> {
                Object first = evaluate(left, scope);
                yield Python.truth(first) ? first : evaluate(right, scope);
            }
            case Expression.Binary(String operator, Expression left, Expression right) ->
                binary(operator, evaluate(left, scope), evaluate(right, scope));
            case Expression.Comparison comparison -> comparison(comparison, scope);
            case Expression.Choice(Expression condition, Expression then, Optional<Expression> otherwise) ->
                truth(condition, scope)
                        ? evaluate(then, scope)
                        : otherwise.map(value -> evaluate(value, scope)).orElse(Nothing.UNDEFINED);
            case Expression.Attribute(Expression base, String name) -> attribute(evaluate(base, scope), name);
            case Expression.Item(Expression base, Expression index) ->
                Python.item(evaluate(base, scope), evaluate(index, scope));
            case Expression.Slice slice ->
                Python.slice(
                        evaluate(slice.base(), scope),
                        orNone(slice.from(), scope),
                        orNone(slice.to(), scope),
                        orNone(slice.step(), scope));
            case Expression.Call(Expression function, Expression.Arguments arguments) -> {
                Object target = evaluate(function, scope);
                if (!(target instanceof Callable callable)) {
                    throw Python.refused("a function" + named(function), target);
                }
                yield callable.call(all(arguments.positional(), scope), all(arguments.named(), scope));
            }
            case Expression.Filtered(Expression base, String name, Expression.Arguments arguments) ->
                Filters.apply(
                        name, evaluate(base, scope), all(arguments.positional(), scope), all(arguments.named(), scope));
            case Expression.Test(Expression base, String name, Expression.Arguments arguments) ->
                Tests.holds(name, evaluate(base, scope), all(arguments.positional(), scope));
        };
    }

    static boolean truth(Expression condition, Scope scope) {
        return Python.truth(evaluate(condition, scope));
    }

    private static String named(Expression function) {
        return switch (function) {
            case Expression.Name(String name) -> " " + name;
            case Expression.Attribute(Expression base, String name) -> " " + name;
            default -> "";
        };
    }

    private static Object orNone(Optional<Expression> expression, Scope scope) {
        return expression.map(value -> evaluate(value, scope)).orElse(Nothing.NONE);
    }

    private static List<Object> all(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>();
        expressions.forEach(expression -> values.add(evaluate(expression, scope)));
        return values;
    }

    private static Map<String, Object> all(Map<String, Expression> expressions, Scope scope) {
        Map<String, Object> values = new LinkedHashMap<>();
        expressions.forEach((name, expression) -> values.put(name, evaluate(expression, scope)));
        return values;
    }

    private static Object entries(Expression.Entries entries, Scope scope) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.keys().size(); i++) {
            map.put(
                    Python.string(evaluate(entries.keys().get(i), scope)),
                    evaluate(entries.values().get(i), scope));
        }
        return map;
    }

    private static Object negative(Object value) {
        return value instanceof Double number ? (Object) (-number) : (Object) (-Python.integer(value));
    }

    private static Object attribute(Object base, String name) {
        return switch (base) {
            case Namespace namespace -> namespace.attributes().getOrDefault(name, Nothing.UNDEFINED);
            case LoopState loop -> loop.attribute(name);
            case Nothing nothing
            when nothing == Nothing.UNDEFINED -> throw Python.refused("a value with an attribute " + name, base);
            default -> Methods.of(base, name).map(method -> (Object) method).orElseGet(() -> Python.item(base, name));
        };
    }

    private static boolean comparison(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (Expression.Link link : comparison.links()) {
            Object right = evaluate(link.right(), scope);
            boolean holds = switch (link.operator()) {
                case "==" -> Python.equal(left, right);
                case "!=" -> !Python.equal(left, right);
                case "in" -> Python.contains(right, left);
                case "not in" -> !Python.contains(right, left);
                case "<" -> Python.compare(left, right) < 0;
                case "<=" -> Python.compare(left, right) <= 0;
                case ">" -> Python.compare(left, right) > 0;
                case ">=" -> Python.compare(left, right) >= 0;
                default -> throw new AssertionError(link.operator());
            };
            if (!holds) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private static Object binary(String operator, Object left, Object right) {
        if (operator.equals("~")) {
            return Python.text(left) + Python.text(right);
        }
        if (operator.equals("+") && left instanceof String first && right instanceof String second) {
            return first + second;
        }
        if (operator.equals("+") && left instanceof List<?> first && right instanceof List<?> second) {
            List<Object> joined = new ArrayList<>(first);
            joined.addAll(second);
            return joined;
        }
        if (operator.equals("*") && left instanceof String text) {
            return text.repeat((int) Math.max(0, Python.integer(right)));
        }
        if (!Python.isNumber(left)) {
            throw Python.refused("a number left of " + operator, left);
        }
        if (!Python.isNumber(right)) {
            throw Python.refused("a number right of " + operator, right);
        }
        boolean whole = !(left instanceof Double || right instanceof Double || operator.equals("/"));
        return whole
                ? (Object) whole(operator, Python.integer(left), Python.integer(right))
                : (Object) fraction(operator, Python.number(left), Python.number(right));
    }

    /** Division rounds down and a remainder has the divisor's sign. */
    private static long whole(String operator, long left, long right) {
        if (right == 0 && (operator.equals("//") || operator.equals("%"))) {
            throw Python.refused("a divisor that is not 0", right);
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "//" -> Math.floorDiv(left, right);
            case "%" -> Math.floorMod(left, right);
            case "**" -> (long) Math.pow((double) left, (double) right);
            default -> throw new AssertionError(operator);
        };
    }

    private static double fraction(String operator, double left, double right) {
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> Math.floor(left / right);
            case "%" -> left - right * Math.floor(left / right);
            case "**" -> Math.pow(left, right);
            default -> throw new AssertionError(operator);
        };
    }
}
