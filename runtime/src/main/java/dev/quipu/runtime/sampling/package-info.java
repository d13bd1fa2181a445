/** From logits to the next token. */
package dev.quipu.runtime.sampling;
