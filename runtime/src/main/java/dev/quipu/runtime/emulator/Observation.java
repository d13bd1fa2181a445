package dev.quipu.runtime.emulator;

import java.util.List;
import java.util.Map;

/**
 * What the emulator saw of programs.
 *
 * @param launches how often each task ran, by its name, in the order of first launches
 * @param faults each kind of fault at each line of each task once
 */
public record Observation(Map<String, Integer> launches, List<Fault> faults) {}
