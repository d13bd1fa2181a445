package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files that a tokenizer is made of, as they are.
 *
 * @param where they come from, for messages
 * @param files by their names in a model folder
 */
record ModelFolder(String where, Map<String, byte[]> files) {
    static final String TOKENIZER = "tokenizer.json";

    private static final int NAME_BYTES = 8;
    private static final List<String> BESIDE = List.of(
            TokenizerSettings.CONFIG,
            TokenizerSettings.SPECIAL_TOKENS,
            TokenizerSettings.GENERATION,
            TokenizerSettings.CHAT_TEMPLATE);

    /** A {@code tokenizer.json}; under another name it stands alone, under its own with the files beside it. */
    static ModelFolder withJson(Path file) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(TOKENIZER, bytes(file));
        if (file.endsWith(TOKENIZER)) {
            readBeside(file, BESIDE, files);
            return new ModelFolder(folder(file), files);
        }
        return new ModelFolder(file.toString(), files);
    }

    /**
     * A {@code vocab.json} and the files beside it. Under a longer name, such as {@code gpt2_vocab.json}, the merges have the same
     * beginning of theirs, and nothing else belongs to it.
     */
    static ModelFolder withVocabulary(Path file) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(VocabularyLayout.VOCABULARY, bytes(file));
        String name = file.getFileName().toString();
        if (name.equals(VocabularyLayout.VOCABULARY)) {
            readBeside(file, List.of(VocabularyLayout.MERGES, VocabularyLayout.ADDED), files);
            readBeside(file, BESIDE, files);
            return new ModelFolder(folder(file), files);
        }
        String beginning = name.substring(0, Math.max(0, name.length() - VocabularyLayout.VOCABULARY.length()));
        Path merges = file.resolveSibling(beginning + VocabularyLayout.MERGES);
        if (Files.isRegularFile(merges)) {
            files.put(VocabularyLayout.MERGES, bytes(merges));
        }
        return new ModelFolder(folder(file), files);
    }

    private static String folder(Path file) {
        Path parent = file.getParent();
        return parent == null ? "" : parent.toString();
    }

    private static void readBeside(Path file, List<String> names, Map<String, byte[]> files) {
        for (String name : names) {
            Path beside = file.resolveSibling(name);
            if (Files.isRegularFile(beside)) {
                files.put(name, bytes(beside));
            }
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new QuipuException(file + ": cannot be read: " + e, e);
        }
    }

    /** What {@code tokenizer.json} says, or would say. */
    JsonPart json(TokenizerSettings settings) {
        return files.containsKey(TOKENIZER)
                ? JsonPart.read(files.get(TOKENIZER), where.endsWith(".json") ? where : where + "/" + TOKENIZER)
                : VocabularyLayout.json(files, settings, where);
    }

    BpeTokenizer tokenizer() {
        TokenizerSettings settings = TokenizerSettings.read(files, where);
        JsonPart json = json(settings);
        TokenizerParts parts = TokenizerParts.read(json, settings, name());
        return new BpeTokenizer(parts, TextEnds.of(parts, settings, where), settings.chatTemplate(), this);
    }

    /** A name that tells tokenizers of other files apart. */
    String name() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        files.values().forEach(digest::update);
        return "bpe-" + HexFormat.of().formatHex(digest.digest(), 0, NAME_BYTES);
    }
}
