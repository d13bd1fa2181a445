package dev.quipu.codegen.gpu;

import java.util.Arrays;

/**
 * Floats or integers that notice what no GPU would: elements out of bounds, elements read before they are written, and elements
 * that two work-items use at the same time, one of them to write. Groups are never in step; items of one group are between
 * barriers only.
 */
final class WatchedArray {
    private static final int NOBODY = -1;
    private static final int SEVERAL = -2;

    private final String name;
    private final float[] floats;
    private final int[] integers;
    private final boolean[] written;
    private final int[] writer;
    private final int[] writtenAt;
    private final int[] reader;
    private final int[] readAt;
    private final int[] readingGroup;

    private WatchedArray(String name, float[] floats, int[] integers, int size, boolean isWritten) {
        this.name = name;
        this.floats = floats;
        this.integers = integers;
        this.written = new boolean[size];
        Arrays.fill(written, isWritten);
        this.writer = filled(size);
        this.writtenAt = new int[size];
        this.reader = filled(size);
        this.readAt = new int[size];
        this.readingGroup = filled(size);
    }

    private static int[] filled(int size) {
        int[] array = new int[size];
        Arrays.fill(array, NOBODY);
        return array;
    }

    /** A buffer's array, whose elements all hold something. */
    static WatchedArray of(String name, float[] floats) {
        return new WatchedArray(name, floats, null, floats.length, true);
    }

    static WatchedArray of(String name, int[] integers) {
        return new WatchedArray(name, null, integers, integers.length, true);
    }

    /** Memory that holds nothing yet. */
    static WatchedArray empty(String name, int size) {
        return new WatchedArray(name, new float[size], null, size, false);
    }

    boolean isInteger() {
        return integers != null;
    }

    float read(GpuInterpreter.Item item, int place) {
        noteRead(item, place);
        return floats[place];
    }

    int readInteger(GpuInterpreter.Item item, int place) {
        noteRead(item, place);
        return integers[place];
    }

    void write(GpuInterpreter.Item item, int place, float value) {
        noteWrite(item, place);
        floats[place] = value;
    }

    void write(GpuInterpreter.Item item, int place, int value) {
        noteWrite(item, place);
        integers[place] = value;
    }

    private void noteRead(GpuInterpreter.Item item, int place) {
        check(item, place);
        if (!written[place]) {
            throw new AssertionError(item + " reads " + name + "[" + place + "], which nobody wrote");
        }
        refuse(item, place, writer[place], writtenAt[place], "reads what another writes");
        boolean other = reader[place] != NOBODY && reader[place] != item.number() && readAt[place] == item.interval();
        reader[place] = other ? SEVERAL : item.number();
        readAt[place] = item.interval();
        boolean otherGroup = readingGroup[place] != NOBODY && readingGroup[place] != item.group();
        readingGroup[place] = otherGroup ? SEVERAL : item.group();
    }

    private void noteWrite(GpuInterpreter.Item item, int place) {
        check(item, place);
        refuse(item, place, writer[place], writtenAt[place], "writes what another writes");
        boolean readNow = readAt[place] == item.interval() && reader[place] != NOBODY && reader[place] != item.number();
        boolean readElsewhere = readingGroup[place] != NOBODY && readingGroup[place] != item.group();
        if (readNow || readElsewhere) {
            throw new AssertionError(item + " writes " + name + "[" + place + "], which another reads");
        }
        written[place] = true;
        writer[place] = item.number();
        writtenAt[place] = item.interval();
    }

    private void refuse(GpuInterpreter.Item item, int place, int other, int when, String what) {
        if (other != NOBODY && other != item.number() && (item.isElsewhere(other) || when == item.interval())) {
            throw new AssertionError(item + " " + what + ": " + name + "[" + place + "], item " + other);
        }
    }

    private void check(GpuInterpreter.Item item, int place) {
        if (place < 0 || place >= written.length) {
            throw new AssertionError(item + ": " + name + "[" + place + "] of " + written.length);
        }
    }
}
