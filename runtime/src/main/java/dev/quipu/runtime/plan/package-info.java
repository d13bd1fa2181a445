/** Checkpoint plans beside each other: what they keep, what they rebuild, how long a step takes under them. */
package dev.quipu.runtime.plan;
