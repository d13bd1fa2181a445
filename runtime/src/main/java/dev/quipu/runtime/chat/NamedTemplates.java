package dev.quipu.runtime.chat;

import dev.quipu.dsl.catalog.NearestNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Chat templates of well-known families, for models that carry none. They write what the families' own templates write for
 * conversations of system, user and assistant.
 */
final class NamedTemplates {
    private static final String ALTERNATION = """
        {%- for message in turns %}
            {%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}
                {{- raise_exception('user and assistant must take turns, and the user begins') }}
            {%- endif %}
        {%- endfor %}
        """;

    private static final Map<String, String> SOURCES = new LinkedHashMap<>();

    static {
        SOURCES.put("chatml", """
            {%- for message in messages %}
                {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{% endif %}\
            """);
        SOURCES.put("llama2", """
            {%- set turns = messages[1:] if messages[0].role == 'system' else messages %}
            """ + ALTERNATION + """
            {%- for message in turns %}
                {%- set content = message.content %}
                {%- if loop.first and messages[0].role == 'system' %}
                    {%- set content = '<<SYS>>\\n' + messages[0].content + '\\n<</SYS>>\\n\\n' + content %}
                {%- endif %}
                {%- if message.role == 'user' %}
                    {{- bos_token + '[INST] ' + content.strip() + ' [/INST]' }}
                {%- else %}
                    {{- ' ' + content.strip() + ' ' + eos_token }}
                {%- endif %}
            {%- endfor %}\
            """);
        SOURCES.put("llama3", """
            {{- bos_token }}
            {%- for message in messages %}
                {{- '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' }}
                {{- message.content | trim + '<|eot_id|>' }}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
            {%- endif %}\
            """);
        SOURCES.put("mistral", """
            {%- set turns = messages %}
            """ + ALTERNATION + """
            {{- bos_token }}
            {%- for message in turns %}
                {%- if message.role == 'user' %}
                    {{- '[INST] ' + message.content + ' [/INST]' }}
                {%- else %}
                    {{- message.content + eos_token }}
                {%- endif %}
            {%- endfor %}\
            """);
        SOURCES.put("zephyr", """
            {%- for message in messages %}
                {{- '<|' + message.role + '|>\\n' + message.content + eos_token + '\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}{{- '<|assistant|>\\n' }}{% endif %}\
            """);
    }

    private NamedTemplates() {}

    static List<String> names() {
        return List.copyOf(SOURCES.keySet());
    }

    static String source(String name) {
        String source = SOURCES.get(name);
        if (source == null) {
            throw NearestNames.unknown("a chat template", name, names());
        }
        return source;
    }
}
