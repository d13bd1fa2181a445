package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.schedule.Scheduled;

/** The memory that an outcome really takes: of the whole rewritten graph, packed. */
final class Peak {
    private Peak() {}

    /** Bytes of the arena. */
    static long bytes(Choices choices, Outcome outcome) {
        return memory(Recomputation.of(choices, outcome)).bytes();
    }

    static MemoryPlan memory(Recomputation made) {
        return Scheduled.memory(made.graph(), made.clusters());
    }
}
