package dev.quipu.runtime.chat.jinja;

import dev.quipu.dsl.QuipuException;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * A template in the part of Jinja (3.1) that chat templates use, read and rendered as {@code transformers} does: statements
 * {@code if, for, set, macro, break, continue, generation}, expressions, filters and tests with Python's meaning, and the functions
 * {@code raise_exception, strftime_now, namespace, range, dict}. Whatever else a template asks for is refused by its name and
 * line; nothing is left out silently.
 */
public final class JinjaTemplate {
    private final List<Statement> statements;

    private JinjaTemplate(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * Reads a template.
     *
     * @throws QuipuException naming the line and the construct that is wrong or not supported
     */
    public static JinjaTemplate parse(String source) {
        return new JinjaTemplate(StatementReader.read(source));
    }

    /**
     * Fills in values.
     *
     * @param values variables: String, Long, Double, Boolean, and lists and maps (with text keys) of them
     * @param now the time that {@code strftime_now} gives
     * @throws QuipuException if the template refuses the values ({@code raise_exception}) or cannot be carried out
     */
    public String render(Map<String, ?> values, Supplier<ZonedDateTime> now) {
        Map<String, Object> all = new LinkedHashMap<>(Functions.all(now));
        all.putAll(values);
        try {
            // a scope of its own: what the template sets hides what it was given
            return new Renderer().render(statements, new Scope(new Scope(all)));
        } catch (IndexOutOfBoundsException | NoSuchElementException e) {
            throw new QuipuException(
                    "chat template: expected another argument of a filter, test or function, found none", e);
        } catch (NumberFormatException e) {
            throw new QuipuException("chat template: expected a number, found text: " + e.getMessage(), e);
        }
    }
}
