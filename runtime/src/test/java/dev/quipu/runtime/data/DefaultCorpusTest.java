package dev.quipu.runtime.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultCorpusTest {
    @TempDir
    Path folder;

    @Test
    void readsTheSourcesOfAJdk() throws IOException {
        Files.createDirectories(folder.resolve("jdk/lib"));
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("jdk/lib/src.zip")))) {
            for (String name : new String[] {
                "java.base/java/util/A.java",
                "java.base/java/lang/B.java",
                "java.base/sun/C.java",
                "java.base/java/D.md"
            }) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(name.substring(name.length() - 6).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        DefaultCorpus found = DefaultCorpus.find(folder.resolve("jdk"), folder);
        assertTrue(found.notice().isEmpty());
        try (TokenFile tokens = new TokenCache(folder).tokens(found.corpus(), new ByteTokenizer())) {
            assertEquals(2, tokens.documents());
            assertEquals(12, tokens.textBytes());
        }
    }

    @Test
    void fallsBackToQuipusOwnSourcesAndSaysSo() throws IOException {
        Files.createDirectories(folder.resolve("quipu/dsl/src"));
        Files.writeString(folder.resolve("quipu/dsl/src/A.java"), "class A {}");
        DefaultCorpus found = DefaultCorpus.find(folder.resolve("jdk"), folder.resolve("quipu"));
        assertInstanceOf(TextFiles.class, found.corpus());
        assertTrue(found.notice().orElseThrow().contains("src.zip"));
    }

    @Test
    void refusesWhenThereIsNeither() {
        assertThrows(QuipuException.class, () -> DefaultCorpus.find(folder, folder));
    }
}
