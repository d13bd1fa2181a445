package dev.quipu.runtime.chat.jinja;

import java.util.List;
import java.util.Optional;

/** What prints, decides, repeats or remembers. */
sealed interface Statement {
    /** Text as it stands. */
    record Text(String text) implements Statement {}

    /** {@code {{ value }}}. */
    record Output(Expression value, int line) implements Statement {}

    /** A condition of an {@code if} or {@code elif}. */
    record Branch(Expression condition, List<Statement> body, int line) {}

    /** The first branch whose condition holds, or the other body. */
    record If(List<Branch> branches, List<Statement> otherwise) implements Statement {}

    /** {@code for targets in items if condition}, with an {@code else} for no items. */
    record For(
            List<String> targets,
            Expression items,
            Optional<Expression> condition,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    /** {@code set target = value}; several targets take a list apart, an attribute is that of a namespace. */
    record Set(List<String> targets, Optional<String> attribute, Expression value, int line) implements Statement {}

    /** {@code set target} and {@code endset} around a body. */
    record Capture(String target, List<Statement> body) implements Statement {}

    /** A parameter of a macro. */
    record Parameter(String name, Optional<Expression> usual) {}

    /** {@code macro name(parameters)}. */
    record Macro(String name, List<Parameter> parameters, List<Statement> body, int line) implements Statement {}

    /** A body that is printed as it is; {@code generation} marks what the assistant says. */
    record Marked(List<Statement> body) implements Statement {}

    /** Leaves a loop. */
    record Break() implements Statement {}

    /** Goes on with a loop's next item. */
    record Continue() implements Statement {}
}
