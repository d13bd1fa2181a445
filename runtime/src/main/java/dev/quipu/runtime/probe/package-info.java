/** What a model's tensors hold, seen through the reference interpreter. */
package dev.quipu.runtime.probe;
