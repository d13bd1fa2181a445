/** Stand-ins for TornadoVM's types of numbers. */
package dev.quipu.runtime.emulator.api.types;
