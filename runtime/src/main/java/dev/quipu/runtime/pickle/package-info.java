/** Python's pickles, read without executing anything: plain containers, and values of a caller's own for known names only. */
package dev.quipu.runtime.pickle;
