/** Training: schedule, measurements and their display. */
package dev.quipu.runtime.training;
