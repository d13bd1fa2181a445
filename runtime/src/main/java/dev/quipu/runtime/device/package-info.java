/** What every device offers: programs loaded over named state, run, and measured. */
package dev.quipu.runtime.device;
