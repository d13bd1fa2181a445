/** How fast training runs. */
package dev.quipu.runtime.bench;
