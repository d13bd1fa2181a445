package dev.quipu.runtime.chat.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.chat.ChatFiles;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against Jinja itself. */
class JinjaTemplateTest {
    private static final JsonNode FILE = ChatFiles.json("constructs.json");
    private static final ZonedDateTime NOW = ZonedDateTime.of(2026, 3, 4, 5, 6, 7, 0, ZoneOffset.UTC);

    private static String render(String template) {
        Map<String, Object> values =
                JsonMapper.shared().convertValue(FILE.get("values"), new TypeReference<Map<String, Object>>() {});
        return JinjaTemplate.parse(template).render(values, () -> NOW);
    }

    static Stream<Arguments> rendered() {
        return FILE.get("rendered")
                .valueStream()
                .map(row -> Arguments.of(
                        row.get("template").asString(), row.get("expected").asString()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rendered")
    void rendersWhatJinjaRenders(String template, String expected) {
        assertEquals(expected, render(template));
    }

    static Stream<String> refused() {
        return FILE.get("refused").valueStream().map(JsonNode::asString);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refusesWhatJinjaRefuses(String template) {
        assertThrows(QuipuException.class, () -> render(template));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a {% include 'b' %} | chat template, line 1: expected a statement that is supported: if, for, set,"
                        + " macro, break, continue, generation, found \"include\"; give a template by name with"
                        + " --chat-template",
                "{{ 'a' + 1 }} | chat template, line 1: expected a number left of +, found 'a'",
                "{% if x %} | chat template, line 1: expected {% elif %} or {% else %} or {% endif %}, found the end"
                        + " of the template",
                "{{ x.y }} | chat template, line 1: expected a value with an attribute y, found an undefined value",
                "{{ run() }} | chat template, line 1: expected a function run, found an undefined value",
                "{{ raise_exception('no') }} | the chat template refuses: no",
                "{{ 1 ? 2 }} | chat template, line 1: expected an expression closed by }}, found \"?\""
            })
    void mistakesNameLineAndConstruct(String template, String message) {
        assertEquals(
                message,
                assertThrows(QuipuException.class, () -> render(template)).getMessage());
    }

    @ParameterizedTest(name = "line {1}")
    @CsvSource({"'\n\n{{ 1 + none }}', 3", "'{% for m in messages %}\n{{ m.x.y }}{% endfor %}', 2"})
    void linesAreCounted(String template, int line) {
        String message =
                assertThrows(QuipuException.class, () -> render(template)).getMessage();
        assertEquals("chat template, line " + line, message.substring(0, message.indexOf(':')));
    }
}
