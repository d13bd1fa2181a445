/** The reference interpreter as a device: slow, in double precision, for debugging. */
package dev.quipu.runtime.reference;
