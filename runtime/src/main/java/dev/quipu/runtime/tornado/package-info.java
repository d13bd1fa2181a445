/** The devices that run programs printed for TornadoVM: a GPU by way of an SDK, and the emulator. */
package dev.quipu.runtime.tornado;
