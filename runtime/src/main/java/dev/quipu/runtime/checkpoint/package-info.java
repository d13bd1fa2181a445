/** Checkpoints on disk: a model, its optimizer's moments, and where the run stands. */
package dev.quipu.runtime.checkpoint;
