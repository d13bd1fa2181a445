package dev.quipu.runtime.fuzz;

import com.sun.management.ThreadMXBean;
import dev.quipu.dsl.QuipuException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Feeds damaged inputs to a reader: each has to be read or refused in one line that names the file, soon and without much
 * memory. For a long run: {@code java -Dquipu.fuzz.seconds=600 ... dev.quipu.runtime.fuzz.Fuzz}, or {@code quipu.fuzz.count};
 * {@code quipu.fuzz.reader} picks rows whose name contains it, {@code quipu.fuzz.first} the number of the first input.
 */
public final class Fuzz {
    private static final long LONGEST_MILLIS = 10_000;
    private static final long POLL_MILLIS = 50;
    private static final int LONGEST_MESSAGE = 2_000;
    private static final int LONGEST_SHOWN = 500;
    private static final long MEMORY = 64L << 20;
    private static final int MEMORY_PER_BYTE = 1_000;

    private final FuzzRow row;
    private volatile long number;
    private volatile long began = System.nanoTime();
    private volatile Throwable failure;
    private long read;
    private long refused;
    private long longestNanos;
    private long slowest;
    private long mostMemory;

    private Fuzz(FuzzRow row) {
        this.row = row;
    }

    /** What a run did. */
    record Outcome(String name, long read, long refused, long longestMillis, long slowest, long mostMemory) {
        @Override
        public String toString() {
            return "%-16s %,d inputs: %,d read, %,d refused; slowest %d ms (input %d), most memory %,d bytes"
                    .formatted(name, read + refused, read, refused, longestMillis, slowest, mostMemory);
        }
    }

    /**
     * Feeds inputs by number until so many were fed or so many seconds have passed.
     *
     * @throws AssertionError if one was not handled well: the message has the input's number and bytes
     */
    static Outcome run(FuzzRow row, long first, long count, long seconds) {
        Fuzz fuzz = new Fuzz(row);
        Thread thread = Thread.ofPlatform()
                .daemon()
                .name("fuzz " + row.name())
                .start(() -> fuzz.feed(first, count, System.nanoTime() + seconds * 1_000_000_000L));
        try {
            while (thread.isAlive()) {
                thread.join(POLL_MILLIS);
                if (thread.isAlive() && System.nanoTime() - fuzz.began > LONGEST_MILLIS * 1_000_000) {
                    throw new AssertionError(fuzz.describe(
                            "took more than " + LONGEST_MILLIS + " ms at " + Arrays.asList(thread.getStackTrace())));
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
        if (fuzz.failure != null) {
            throw new AssertionError(fuzz.describe(fuzz.failure.toString()), fuzz.failure);
        }
        return new Outcome(
                row.name(), fuzz.read, fuzz.refused, fuzz.longestNanos / 1_000_000, fuzz.slowest, fuzz.mostMemory);
    }

    private void feed(long first, long count, long deadline) {
        try {
            for (long next = first; next < first + count && System.nanoTime() < deadline; next++) {
                number = next;
                feed(Mutation.of(row.seeds(), next));
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    private void feed(byte[] input) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long memory = threads.getCurrentThreadAllocatedBytes();
        began = System.nanoTime();
        try {
            row.reader().accept(input);
            read++;
        } catch (QuipuException e) {
            refused++;
            checkMessage(e.getMessage());
        }
        long nanos = System.nanoTime() - began;
        if (nanos > longestNanos) {
            longestNanos = nanos;
            slowest = number;
        }
        memory = threads.getCurrentThreadAllocatedBytes() - memory;
        mostMemory = Math.max(mostMemory, memory);
        if (memory > MEMORY + (long) MEMORY_PER_BYTE * input.length) {
            throw new AssertionError(memory + " bytes of memory for " + input.length + " bytes of input");
        }
    }

    private static void checkMessage(String message) {
        if (message.lines().count() != 1 || message.length() > LONGEST_MESSAGE || !message.contains(FuzzRow.FILE)) {
            throw new AssertionError("no line that names the file: " + message);
        }
    }

    private String describe(String what) {
        byte[] input = Mutation.of(row.seeds(), number);
        String shown = input.length > LONGEST_SHOWN
                ? input.length + " bytes"
                : HexFormat.of().formatHex(input);
        return "%s, input %d: %s; %s".formatted(row.name(), number, what, shown);
    }

    /** A long run of all readers, or of some. */
    public static void main(String[] arguments) {
        String name = System.getProperty("quipu.fuzz.reader", "");
        long seconds = Long.getLong("quipu.fuzz.seconds", Integer.MAX_VALUE);
        long count = Long.getLong("quipu.fuzz.count", seconds < Integer.MAX_VALUE ? Long.MAX_VALUE / 2 : 1_000_000);
        for (FuzzRow row : FuzzTable.rows()) {
            if (row.name().contains(name)) {
                System.out.println(run(row, Long.getLong("quipu.fuzz.first", 0), count, seconds));
            }
        }
    }
}
