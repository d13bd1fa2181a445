package dev.quipu.tornado;

import dev.quipu.runtime.emulator.api.TaskGraph;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;

/**
 * A task graph and how often it runs, one time after the other.
 *
 * @param runs 1 or more
 * @param iteration one element, which holds the number of the run, counted from 0
 * @param recordable whether a driver that records what it was asked for in one run may do the same in all others: the number
 *     of the run makes a difference only to what the device reads
 */
public record Stage(TaskGraph graph, int runs, IntArray iteration, boolean recordable) {}
