/** Java sources to class files, in memory. */
package dev.quipu.runtime.compilation;
