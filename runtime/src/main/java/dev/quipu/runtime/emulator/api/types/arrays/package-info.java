/** Stand-ins for what printed programs use of TornadoVM's package {@code uk.ac.manchester.tornado.api.types.arrays}. */
package dev.quipu.runtime.emulator.api.types.arrays;
