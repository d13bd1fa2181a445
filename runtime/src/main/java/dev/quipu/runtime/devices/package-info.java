/** Devices by their names. */
package dev.quipu.runtime.devices;
