package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** The files that a tokenizer was read from, to be written as they were. */
final class SentencePieceFiles {
    /** A model file of another name has no files that belong to it. */
    private static final List<String> ALONE = List.of();

    private static final int NAME_DIGITS = 16;
    private static final long MAXIMUM_CONFIG_BYTES = 16 << 20;

    private final SentencePieceModel model;
    private final byte[] modelBytes;
    private final Map<String, byte[]> beside;

    private SentencePieceFiles(SentencePieceModel model, byte[] modelBytes, Map<String, byte[]> beside) {
        this.model = model;
        this.modelBytes = modelBytes;
        this.beside = beside;
    }

    static SentencePieceFiles of(SentencePieceModel model) {
        return new SentencePieceFiles(model, model.toBytes(), Map.of());
    }

    static SentencePieceFiles of(SentencePieceModel model, boolean beginsPrompts, Optional<String> chatTemplate) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("add_bos_token", beginsPrompts);
        chatTemplate.ifPresent(template -> config.put("chat_template", template));
        return new SentencePieceFiles(
                model,
                model.toBytes(),
                Map.of(TokenizerConfigReader.CONFIG, JsonMapper.shared().writeValueAsBytes(config)));
    }

    static SentencePieceFiles read(Path file) {
        SentencePieceModel model = SentencePieceModel.read(file);
        try {
            Map<String, byte[]> beside = new LinkedHashMap<>();
            for (String name : file.endsWith(SentencePieceTokenizer.FILE) ? TokenizerConfigReader.FILES : ALONE) {
                Path sibling = file.resolveSibling(name);
                if (Files.isRegularFile(sibling) && Files.size(sibling) <= MAXIMUM_CONFIG_BYTES) {
                    beside.put(name, Files.readAllBytes(sibling));
                }
            }
            return new SentencePieceFiles(model, Files.readAllBytes(file), beside);
        } catch (IOException e) {
            throw new QuipuException(file + ": expected a SentencePiece model, found " + FileFailure.reason(e), e);
        }
    }

    SentencePieceModel model() {
        return model;
    }

    TokenizerConfig config() {
        return TokenizerConfigReader.read(beside);
    }

    /** A name that tells the content. */
    String name() {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            hash.update(modelBytes);
            beside.forEach((name, bytes) -> {
                hash.update(name.getBytes(StandardCharsets.UTF_8));
                hash.update(bytes);
            });
            return "sentencepiece-" + HexFormat.of().formatHex(hash.digest()).substring(0, NAME_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    void write(Path folder) throws IOException {
        Files.write(folder.resolve(SentencePieceTokenizer.FILE), modelBytes);
        for (Map.Entry<String, byte[]> file : beside.entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
    }
}
