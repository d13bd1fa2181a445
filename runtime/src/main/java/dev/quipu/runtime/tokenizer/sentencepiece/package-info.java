/** SentencePiece's model files, and the training of byte-pair pieces. */
package dev.quipu.runtime.tokenizer.sentencepiece;
