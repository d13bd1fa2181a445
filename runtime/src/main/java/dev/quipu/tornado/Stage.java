package dev.quipu.tornado;

import dev.quipu.runtime.emulator.api.TaskGraph;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;

/**
 * A task graph and how often it runs, one time after the other.
 *
 * @param runs 1 or more
 * @param iteration one element, which holds the number of the run, counted from 0
 */
public record Stage(TaskGraph graph, int runs, IntArray iteration) {}
