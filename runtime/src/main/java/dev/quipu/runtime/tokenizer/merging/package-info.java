/**
 * Byte-pair merging, whichever file the merges come from: symbols that stand side by side become one, the pair of the lowest
 * rank first, and the leftmost of those.
 */
package dev.quipu.runtime.tokenizer.merging;
