package dev.quipu.runtime.jvm;

import dev.quipu.runtime.device.RunTrace.PartSpan;
import java.util.ArrayList;
import java.util.List;

/** When workers ran which parts. Each worker writes into memory of its own, which is there before the run. */
final class PartLog {
    private static final int WORDS = 5;

    private final long[][] words;
    private final int[] used;

    PartLog(Launch[] launches, int workers) {
        int parts = 0;
        for (Launch launch : launches) {
            for (int phase = 0; phase < launch.phases(); phase++) {
                parts += launch.parts(phase);
            }
        }
        words = new long[workers][parts * WORDS];
        used = new int[workers];
    }

    void add(int worker, int launch, int phase, int part, long begin, long end) {
        long[] own = words[worker];
        int at = used[worker];
        own[at] = launch;
        own[at + 1] = phase;
        own[at + 2] = part;
        own[at + 3] = begin;
        own[at + 4] = end;
        used[worker] = at + WORDS;
    }

    /** After the run. */
    List<PartSpan> spans() {
        List<PartSpan> spans = new ArrayList<>();
        for (int worker = 0; worker < words.length; worker++) {
            long[] own = words[worker];
            for (int at = 0; at < used[worker]; at += WORDS) {
                spans.add(new PartSpan(
                        (int) own[at], (int) own[at + 1], (int) own[at + 2], worker, own[at + 3], own[at + 4]));
            }
        }
        return spans;
    }
}
