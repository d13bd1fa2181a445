package dev.quipu.runtime.emulator;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The work-items of a group, one after the other between two barriers, in an order that a seed determines. */
final class WorkGroup {
    /** What {@link #waitsAt} holds for work-items that wait nowhere. */
    private static final int ENDED = -1;

    private final Launch launch;
    private final SplittableRandom random;
    private final ItemContext[] contexts;
    private final Object[][] arguments;
    private final int[] order;
    private final int[] waitsAt;
    private final WarpSteps warps;
    private LocalMemory memory = new LocalMemory();
    private int group;
    private int running;

    WorkGroup(Launch launch, int groups, int items, SplittableRandom random) {
        this.launch = launch;
        this.random = random;
        contexts = new ItemContext[items];
        arguments = new Object[items][];
        for (int item = 0; item < items; item++) {
            contexts[item] = new ItemContext(this, item, groups, items);
            arguments[item] = launch.argumentsFor(contexts[item]);
        }
        warps = new WarpSteps(items);
        order = IntStream.range(0, items).toArray();
        waitsAt = new int[items];
    }

    Fault.WorkItem workItem() {
        return new Fault.WorkItem(group, running);
    }

    LocalMemory memory() {
        return memory;
    }

    /** Runs a group to its end. Where the first work-item meets no barrier, none should, and none needs a coroutine. */
    void run(int number) {
        group = number;
        memory = new LocalMemory();
        Actors.beginGroup();
        shuffle(order, random);
        start(order[0]);
        boolean barriers = waitsAt[order[0]] != ENDED;
        for (int i = 1; i < order.length; i++) {
            if (barriers) {
                start(order[i]);
            } else {
                runThrough(order[i]);
            }
        }
        while (barriers && meet()) {
            warps.compare(launch);
            goOn();
        }
        warps.compare(launch);
    }

    static void shuffle(int[] numbers, SplittableRandom random) {
        for (int i = numbers.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int number = numbers[i];
            numbers[i] = numbers[other];
            numbers[other] = number;
        }
    }

    private void start(int item) {
        Coroutine coroutine = new Coroutine(() -> launch.task().code().run(arguments[item]));
        contexts[item].begin(group, coroutine);
        resume(item);
    }

    private void resume(int item) {
        enter(item);
        waitsAt[item] = ENDED;
        contexts[item].coroutine().resume();
    }

    private void runThrough(int item) {
        contexts[item].begin(group, null);
        enter(item);
        launch.task().code().run(arguments[item]);
    }

    private void enter(int item) {
        running = item;
        Actors.enter(item);
    }

    /** The running work-item does something that all of its warp should do. */
    void together(ItemContext context, int line, List<Object> operands) {
        launch.meetingAt(line);
        warps.add(context.localIdx, line, operands);
    }

    /** The running work-item has come to a barrier. */
    void arrive(ItemContext context, int line) {
        launch.meetingAt(line);
        if (context.coroutine() == null) {
            missing(line, order[0]);
            return;
        }
        waitsAt[context.localIdx] = line;
        Coroutine.pause();
    }

    private void missing(int line, int ended) {
        Report.tell(
                FaultKind.BARRIER,
                Optional.of(launch.meetingAt(line)),
                "it waits here, and work-item " + ended + " has ended");
    }

    /** Whether any work-item waits; those that do should all be there, and at the same barrier. */
    private boolean meet() {
        int first = -1;
        for (int item = 0; item < waitsAt.length && first < 0; item++) {
            first = waitsAt[item] == ENDED ? -1 : item;
        }
        if (first < 0) {
            return false;
        }
        running = first;
        for (int item = 0; item < waitsAt.length; item++) {
            if (waitsAt[item] == ENDED) {
                missing(waitsAt[first], item);
                break;
            } else if (waitsAt[item] != waitsAt[first]) {
                Report.tell(
                        FaultKind.BARRIER,
                        Optional.of(launch.meetingAt(waitsAt[first])),
                        "it waits here, and work-item " + item + " at line " + waitsAt[item]);
                break;
            }
        }
        return true;
    }

    private void goOn() {
        Actors.beginInterval();
        shuffle(order, random);
        for (int item : order) {
            if (waitsAt[item] != ENDED) {
                resume(item);
            }
        }
    }
}
