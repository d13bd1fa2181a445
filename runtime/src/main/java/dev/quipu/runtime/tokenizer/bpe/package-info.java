/**
 * Byte-pair encoding as Hugging Face's {@code tokenizer.json} describes it: GPT-2's, Llama 3's and Qwen's byte-level
 * vocabularies, and LLaMA's with byte fallback.
 *
 * <p>A text passes, in this order: added tokens ({@link dev.quipu.runtime.tokenizer.bpe.AddedTokens}), a normalizer, a
 * pre-tokenizer that cuts it into words, and the merges of each word. {@code tokenizer.json} alone says how; all other
 * layouts (GPT-2's {@code vocab.json} and {@code merges.txt}, the metadata of GGUF) are turned into one first.
 */
package dev.quipu.runtime.tokenizer.bpe;
