package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.MemoryPlan;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How much memory a chain's links need while they run, beside what others keep meanwhile: read off real memory plans. One plan
 * measures a point of every link, so few plans measure all points of links that repeat.
 */
final class BlockPeaks {
    private final Chain chain;
    /** By points of a link, for each of them. */
    private final Map<List<GroupFront.Point>, long[]> peaks = new IdentityHashMap<>();

    private final long[][] outsidePeaks;
    private final long[][] outsideBytes;

    private BlockPeaks(Chain chain) {
        this.chain = chain;
        for (Chain.Link link : chain.links()) {
            peaks.computeIfAbsent(link.points(), points -> new long[points.size()]);
        }
        int points = chain.outside().points().size();
        outsidePeaks = new long[points][chain.links().size() + 1];
        outsideBytes = new long[points][chain.links().size()];
    }

    static BlockPeaks of(Choices choices, Chain chain, Function<ChainPlans.Selection, Outcome> outcomes) {
        BlockPeaks peaks = new BlockPeaks(chain);
        for (ChainPlans.Selection selection : samples(chain)) {
            peaks.measure(choices, selection, outcomes.apply(selection));
        }
        return peaks;
    }

    /** The memory that a link needs when it makes a point true. */
    long peak(int link, int point) {
        return peaks.get(chain.links().get(link).points())[point];
    }

    /** What the outside keeps while a link runs. */
    long outsideBytes(int point, int link) {
        return outsideBytes[point][link];
    }

    /** The memory that the outside needs while so many of the first links keep what they keep. */
    long outsidePeak(int point, int links) {
        return outsidePeaks[point][links];
    }

    /** Selections in which every point of every link occurs, for links of equal shape in one of them. */
    private static List<ChainPlans.Selection> samples(Chain chain) {
        Map<List<GroupFront.Point>, Integer> counts = new IdentityHashMap<>();
        chain.links().forEach(link -> counts.merge(link.points(), 1, Integer::sum));
        int samples = chain.outside().points().size();
        for (Map.Entry<List<GroupFront.Point>, Integer> count : counts.entrySet()) {
            samples = Math.max(samples, Math.ceilDiv(count.getKey().size(), count.getValue()));
        }
        Map<List<GroupFront.Point>, Integer> next = new IdentityHashMap<>();
        List<ChainPlans.Selection> selections = new ArrayList<>();
        for (int sample = 0; sample < samples; sample++) {
            List<Integer> points = new ArrayList<>();
            for (Chain.Link link : chain.links()) {
                int turn = next.merge(link.points(), 1, Integer::sum);
                points.add(turn % link.points().size());
            }
            selections.add(
                    new ChainPlans.Selection(sample % chain.outside().points().size(), points));
        }
        return selections;
    }

    private void measure(Choices choices, ChainPlans.Selection selection, Outcome outcome) {
        Recomputation made = Recomputation.of(choices, outcome);
        MemoryPlan memory = Peak.memory(made);
        int launches = made.clusters().size();
        int[] runs = new int[launches]; // the link that each launch belongs to, or -1
        Map<Chain.Link, Integer> indices = new IdentityHashMap<>();
        chain.links().forEach(link -> indices.put(link, indices.size()));
        for (int i = 0; i < launches; i++) {
            runs[i] = indices.getOrDefault(owner(made.clusters().get(i)), -1);
        }
        long[] own = memory.live(launches);
        long[] outside = new long[launches];
        int[] keeping = new int[launches]; // how many links from the first one on keep something
        for (Choice choice : outcome.kept()) {
            MemoryPlan.Slot slot = memory.slots().get(made.originals().get(choice.tensor()));
            int keeper = indices.getOrDefault(chain.owner(choice), -1);
            for (int i = slot == null ? launches : slot.birth(); i < launches && i <= slot.death(); i++) {
                keeping[i] = Math.max(keeping[i], keeper + 1);
                if (runs[i] != keeper) {
                    own[i] -= slot.bytes();
                    outside[i] += keeper < 0 ? slot.bytes() : 0;
                }
            }
        }
        for (int i = 0; i < launches; i++) {
            long[] rest = outsidePeaks[selection.outside()];
            if (runs[i] < 0) {
                rest[keeping[i]] = Math.max(rest[keeping[i]], own[i]);
            } else {
                int point = selection.points().get(runs[i]);
                long[] all = peaks.get(chain.links().get(runs[i]).points());
                all[point] = Math.max(all[point], own[i]);
                long[] bytes = outsideBytes[selection.outside()];
                bytes[runs[i]] = Math.max(bytes[runs[i]], outside[i]);
            }
        }
    }

    private Chain.Link owner(Cluster cluster) {
        String element = RepeatedBlocks.element(cluster.head().site().layer());
        return chain.owners().getOrDefault(element, chain.outside());
    }
}
