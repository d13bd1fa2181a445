package dev.quipu.runtime.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceKeysTest {
    private static final String TEXT =
            "package dev.quipu.generated; final class A implements dev.quipu.codegen.jvm.JvmKernel {}";

    /** A class path on which every class file holds the same words. */
    private static ClassLoader loader(String words) {
        return new ClassLoader(null) {
            @Override
            public InputStream getResourceAsStream(String name) {
                return name.equals("dev/quipu/codegen/jvm/JvmKernel.class")
                        ? new ByteArrayInputStream(words.getBytes(StandardCharsets.UTF_8))
                        : null;
            }
        };
    }

    private static String key(String text, List<String> helpers, String option, String version, String jdk) {
        SourceKeys keys = new SourceKeys(List.of(option), loader(version), jdk);
        return keys.of(text, keys.ofAll(helpers));
    }

    @Test
    void dependsOnAllThatTheClassFileDependsOn() {
        String key = key(TEXT, List.of("helper"), "-g", "1", "25");
        assertEquals(key, key(TEXT, List.of("helper"), "-g", "1", "25"));
        assertNotEquals(key, key(TEXT + " ", List.of("helper"), "-g", "1", "25"), "the text");
        assertNotEquals(key, key(TEXT, List.of("helper2"), "-g", "1", "25"), "a helper");
        assertNotEquals(key, key(TEXT, List.of(), "-g", "1", "25"), "no helper");
        assertNotEquals(key, key(TEXT, List.of("helper"), "-g:none", "1", "25"), "javac's options");
        assertNotEquals(key, key(TEXT, List.of("helper"), "-g", "2", "25"), "Quipu's classes");
        assertNotEquals(key, key(TEXT, List.of("helper"), "-g", "1", "25.0.1"), "the JDK");
    }

    @Test
    void textsDoNotRunTogether() {
        assertNotEquals(key("a", List.of("b", "cd"), "", "", ""), key("a", List.of("bc", "d"), "", "", ""));
    }
}
