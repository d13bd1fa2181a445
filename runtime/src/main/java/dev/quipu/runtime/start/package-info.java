/** Where the time goes from a command to its first step. */
package dev.quipu.runtime.start;
