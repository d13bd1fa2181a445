/** Checkpoints on disk: folders replaced as a whole, and the training state in them. */
package dev.quipu.runtime.checkpoint;
