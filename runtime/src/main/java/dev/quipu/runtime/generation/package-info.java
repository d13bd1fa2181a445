/** Text from a model: prefill of a prompt, then one token after the other. */
package dev.quipu.runtime.generation;
