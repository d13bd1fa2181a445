/**
 * What a generated program is handed on the host: arrays, stages, and the plan that runs them. The classes here are
 * shipped as source text, too: they are compiled together with the generated program against a TornadoVM SDK, or
 * against the emulator's stand-ins, whose package is the only thing that differs.
 */
package dev.quipu.tornado;
