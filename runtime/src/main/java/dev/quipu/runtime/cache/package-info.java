/** Where Quipu keeps what can be made again. */
package dev.quipu.runtime.cache;
