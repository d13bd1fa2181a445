/** What a model's tensors hold, seen through the reference interpreter, and how two models differ. */
package dev.quipu.runtime.probe;
