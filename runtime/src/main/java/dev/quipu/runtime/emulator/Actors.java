package dev.quipu.runtime.emulator;

/**
 * Numbers for those who read and write memory: each work-item has another in each interval between two barriers. They only
 * grow, so that one comparison tells whether somebody acted in this interval, in this work-group, in this launch or before.
 *
 * <p>Static, because every access of every work-item asks: one launch runs at a time.
 */
final class Actors {
    /** Nobody. */
    static final int NOBODY = 0;

    /** Whoever wrote before the launches that are still told apart. */
    static final int THE_PAST = 1;

    /** Numbers are below this; the bits above it are free for marks. */
    static final int LIMIT = 1 << 30;

    /** The first number of the launch. */
    static int launch = THE_PAST + 1;

    /** The first number of the work-group. */
    static int group = launch;

    /** The number of the work-group's first work-item in this interval. */
    static int interval = launch;

    /** The number of the work-item that runs. */
    static int self = launch;

    /** How often all numbers were given back. */
    static int generation;

    private static int next = launch;
    private static int items;

    private Actors() {}

    /** A launch with that many work-items a group. */
    static void beginLaunch(int itemsOfGroup) {
        items = itemsOfGroup;
        if (next > LIMIT / 2) {
            generation++;
            next = THE_PAST + 1;
        }
        launch = next;
    }

    static void beginGroup() {
        beginInterval();
        group = interval;
    }

    static void beginInterval() {
        interval = next;
        next += items;
        if (next >= LIMIT) {
            throw new AssertionError("too many work-items and barriers in one launch");
        }
    }

    /** A work-item goes on. */
    static void enter(int item) {
        self = interval + item;
    }

    /** Whether someone acted in this launch in another work-group, which knows nothing of this one. */
    static boolean inOtherGroup(int actor) {
        return actor >= launch && actor < group;
    }

    /** Whether another work-item of the group acted since the last barrier. */
    static boolean besides(int actor) {
        return actor >= interval && actor != self;
    }
}
