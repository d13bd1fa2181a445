/** Runs a model's programs on the emulator and tells what is wrong with which kernel. */
package dev.quipu.runtime.check;
