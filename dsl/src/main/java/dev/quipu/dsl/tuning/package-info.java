/** Which parts of a model are trained: models rewritten for fine-tuning. */
package dev.quipu.dsl.tuning;
