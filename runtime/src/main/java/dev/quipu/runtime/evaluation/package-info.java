/** How well a model predicts a text. */
package dev.quipu.runtime.evaluation;
