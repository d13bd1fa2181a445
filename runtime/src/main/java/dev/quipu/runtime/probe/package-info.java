/** What a model's tensors hold, by the reference interpreter or on a device, and how two models or two devices differ. */
package dev.quipu.runtime.probe;
