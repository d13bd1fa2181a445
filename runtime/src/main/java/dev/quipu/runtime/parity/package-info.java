/** A model's logits, loss and gradients against reference values. */
package dev.quipu.runtime.parity;
