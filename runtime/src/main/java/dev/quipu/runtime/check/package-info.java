/** Runs whole training steps on the emulator and tells what is wrong with which kernel. */
package dev.quipu.runtime.check;
