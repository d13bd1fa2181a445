/** Native memory for tensors. */
package dev.quipu.runtime.buffer;
