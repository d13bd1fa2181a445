package dev.quipu.runtime.start;

import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** How long the parts of a start took. Parts that several threads work on at the same time count once for each. */
public final class StartUp {
    /** This process's start. */
    public static final StartUp PROCESS = new StartUp();

    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;

    private final Map<Part, Long> nanos = new EnumMap<>(Part.class);
    private int cached;
    private int compiled;
    private long commandMillis;

    /** A part of a start, in the order in which they are told. */
    public enum Part {
        /** What the machine can do at most, measured. */
        CEILINGS("ceilings"),
        /** Text to tokens, or the tokens of the cache. */
        TEXT("text"),
        /** Weights read or made up. */
        WEIGHTS("weights"),
        /** From a model to scheduled programs. */
        PROGRAMS("programs"),
        /** From scheduled programs to Java sources. */
        SOURCES("sources"),
        /** From Java sources to classes. */
        CLASSES("classes"),
        /** What a run writes before its first step. */
        CHECKPOINT("first checkpoint");

        private final String words;

        Part(String words) {
            this.words = words;
        }
    }

    StartUp() {}

    /** The command line has been read. */
    public synchronized void commandBegins() {
        commandMillis = System.currentTimeMillis();
    }

    /** Does something that counts as a part. */
    public <T> T measure(Part part, Supplier<T> work) {
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            add(part, System.nanoTime() - start);
        }
    }

    private synchronized void add(Part part, long time) {
        nanos.merge(part, time, Long::sum);
    }

    /**
     * Classes were made.
     *
     * @param fromCache so many without javac
     * @param byJavac so many by it
     */
    public synchronized void classes(int fromCache, int byJavac) {
        cached += fromCache;
        compiled += byJavac;
    }

    /** One line, to be asked for when the first step begins. */
    public String text() {
        long started = ManagementFactory.getRuntimeMXBean().getStartTime();
        return text(System.currentTimeMillis() - started, started);
    }

    synchronized String text(long sinceStart, long started) {
        String parts = nanos.entrySet().stream()
                .map(part -> seconds(part.getKey().words, part.getValue() / NANOS) + detail(part.getKey()))
                .collect(Collectors.joining(", "));
        return seconds("the first step begins after", sinceStart / MILLIS) + " s: "
                + (commandMillis == 0 ? "" : seconds("JVM and command line", (commandMillis - started) / MILLIS) + ", ")
                + parts + "; parts of this at the same time";
    }

    private String detail(Part part) {
        return part == Part.CLASSES ? " (" + cached + " from the cache, " + compiled + " by javac)" : "";
    }

    private static String seconds(String what, double seconds) {
        return String.format(Locale.ROOT, "%s %.2f", what, seconds);
    }
}
