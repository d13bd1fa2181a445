package dev.quipu.runtime.chat.jinja;

import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Carries out statements. */
final class Renderer {
    private static final String PLACE = "chat template: ";

    private StringBuilder out = new StringBuilder();

    /** How a body was left. */
    private enum Exit {
        END,
        BREAK,
        CONTINUE
    }

    String render(List<Statement> statements, Scope scope) {
        run(statements, scope);
        return out.toString();
    }

    private Exit run(List<Statement> statements, Scope scope) {
        for (Statement statement : statements) {
            Exit exit = run(statement, scope);
            if (exit != Exit.END) {
                return exit;
            }
        }
        return Exit.END;
    }

    private Exit run(Statement statement, Scope scope) {
        return switch (statement) {
            case Statement.Text(String text) -> {
                out.append(text);
                yield Exit.END;
            }
            case Statement.Output(Expression value, int line) -> {
                out.append(Python.text(value(value, scope, line)));
                yield Exit.END;
            }
            case Statement.If(List<Statement.Branch> branches, List<Statement> otherwise) -> {
                for (Statement.Branch branch : branches) {
                    if (Python.truth(value(branch.condition(), scope, branch.line()))) {
                        yield run(branch.body(), scope);
                    }
                }
                yield run(otherwise, scope);
            }
            case Statement.For loop -> loop(loop, scope);
            case Statement.Set set -> {
                set(set, scope);
                yield Exit.END;
            }
            case Statement.Capture(String target, List<Statement> body) -> {
                scope.set(target, captured(body, new Scope(scope)));
                yield Exit.END;
            }
            case Statement.Macro macro -> {
                scope.set(macro.name(), (Callable) (positional, named) -> macro(macro, scope, positional, named));
                yield Exit.END;
            }
            case Statement.Marked(List<Statement> body) -> run(body, new Scope(scope));
            case Statement.Break() -> Exit.BREAK;
            case Statement.Continue() -> Exit.CONTINUE;
        };
    }

    private static Object value(Expression expression, Scope scope, int line) {
        try {
            return Evaluator.evaluate(expression, scope);
        } catch (QuipuException e) {
            if (!e.getMessage().startsWith(PLACE)) {
                throw e; // a macro's line is known already
            }
            throw new QuipuException(
                    "chat template, line " + line + ": " + e.getMessage().substring(PLACE.length()), e);
        }
    }

    private String captured(List<Statement> body, Scope scope) {
        StringBuilder outside = out;
        out = new StringBuilder();
        try {
            run(body, scope);
            return out.toString();
        } finally {
            out = outside;
        }
    }

    private Exit loop(Statement.For loop, Scope scope) {
        List<Object> items = new ArrayList<>();
        for (Object item : Python.items(value(loop.items(), scope, loop.line()))) {
            Scope each = new Scope(scope);
            assign(loop.targets(), item, each);
            if (loop.condition().isEmpty()
                    || Python.truth(value(loop.condition().get(), each, loop.line()))) {
                items.add(item);
            }
        }
        if (items.isEmpty()) {
            return run(loop.otherwise(), scope);
        }
        for (int i = 0; i < items.size(); i++) {
            Scope each = new Scope(scope);
            assign(loop.targets(), items.get(i), each);
            each.set("loop", new LoopState(items, i));
            if (run(loop.body(), each) == Exit.BREAK) {
                break;
            }
        }
        return Exit.END;
    }

    private static void assign(List<String> targets, Object value, Scope scope) {
        if (targets.size() == 1) {
            scope.set(targets.getFirst(), value);
            return;
        }
        List<Object> parts = Python.items(value);
        if (parts.size() != targets.size()) {
            throw Python.refused("a list of " + targets.size(), value);
        }
        for (int i = 0; i < parts.size(); i++) {
            scope.set(targets.get(i), parts.get(i));
        }
    }

    private static void set(Statement.Set set, Scope scope) {
        Object value = value(set.value(), scope, set.line());
        if (set.attribute().isEmpty()) {
            assign(set.targets(), value, scope);
            return;
        }
        Object base = scope.get(set.targets().getFirst());
        if (!(base instanceof Namespace namespace)) {
            throw Python.refused("a namespace " + set.targets().getFirst(), base);
        }
        namespace.attributes().put(set.attribute().get(), value);
    }

    private Object macro(Statement.Macro macro, Scope scope, List<Object> positional, Map<String, Object> named) {
        Scope inner = new Scope(scope);
        List<Statement.Parameter> parameters = macro.parameters();
        if (positional.size() > parameters.size()) {
            throw Python.refused("at most " + parameters.size() + " arguments of " + macro.name(), positional);
        }
        for (int i = 0; i < parameters.size(); i++) {
            Statement.Parameter parameter = parameters.get(i);
            Object usual = parameter
                    .usual()
                    .map(expression -> value(expression, inner, macro.line()))
                    .orElse(Nothing.UNDEFINED);
            Object value = i < positional.size() ? positional.get(i) : named.getOrDefault(parameter.name(), usual);
            inner.set(parameter.name(), value);
        }
        return captured(macro.body(), inner);
    }
}
