package dev.quipu.runtime.emulator;

import java.util.Arrays;
import java.util.List;

/**
 * Who wrote and who read each element of an array that work-items share. Two work-items race where one writes what the other
 * reads or writes and no barrier of their group, nor the end of a launch, lies between: writing the same value is a race too.
 */
final class Shadow {
    /** Marks of a reader's number: others of the group read in its interval; other groups read in its launch. */
    private static final int SEVERAL_ITEMS = 1 << 31;

    private static final int OTHER_GROUPS = Actors.LIMIT;
    private static final int NUMBER = Actors.LIMIT - 1;

    private final KernelArray array;
    private final int[] writers;
    private final int[] readers;
    private int generation = Actors.generation;

    /** For each element the last launch that may touch it; null while all may. */
    private int[] allowed;

    private int launch;
    private boolean restricted;

    /** Memory that nobody has written. */
    Shadow(KernelArray array, int elements) {
        this.array = array;
        writers = new int[elements];
        readers = new int[elements];
    }

    /** All of it was written, before anything that runs from now on. */
    void written() {
        Arrays.fill(writers, Actors.THE_PAST);
        Arrays.fill(readers, Actors.NOBODY);
    }

    /** Nothing of it was written. */
    void forget() {
        Arrays.fill(writers, Actors.NOBODY);
        Arrays.fill(readers, Actors.NOBODY);
    }

    /** The first element that nobody has written; -1 if there is none. */
    int firstUnwritten() {
        for (int i = 0; i < writers.length; i++) {
            if (writers[i] == Actors.NOBODY) {
                return i;
            }
        }
        return -1;
    }

    /** Whether the launch that ran last wrote any of it. */
    boolean writtenInLaunch() {
        return Arrays.stream(writers).anyMatch(writer -> writer >= Actors.launch);
    }

    /** Only these elements may be touched until {@link #release}; what is fresh, and nothing else's, is unwritten. */
    void restrict(List<Windows.Window> windows) {
        restricted = windows.stream().noneMatch(window -> window.begin() == 0 && window.end() == writers.length);
        if (restricted) {
            launch++;
            allowed = allowed == null ? new int[writers.length] : allowed;
            windows.forEach(window -> Arrays.fill(allowed, window.begin(), window.end(), launch));
        }
        for (Windows.Window window : windows) {
            if (window.fresh() && windows.stream().allMatch(other -> other.fresh() || !other.meets(window))) {
                Arrays.fill(writers, window.begin(), window.end(), Actors.NOBODY);
                Arrays.fill(readers, window.begin(), window.end(), Actors.NOBODY);
            }
        }
    }

    /** All elements may be touched again. */
    void release() {
        restricted = false;
    }

    /** To be called before a launch: numbers that were given back are in use again. */
    void renumber() {
        if (generation != Actors.generation) {
            generation = Actors.generation;
            for (int i = 0; i < writers.length; i++) {
                writers[i] = Math.min(writers[i], Actors.THE_PAST);
            }
            Arrays.fill(readers, Actors.NOBODY);
        }
    }

    /** The running work-item reads; false if there is no such element. */
    boolean read(int index) {
        if (index < 0 || index >= writers.length) {
            Report.outOfBounds(array, index, "reads");
            return false;
        }
        if (restricted && allowed[index] != launch) {
            Report.outsideOfBuffers(array, index, "reads");
            return true;
        }
        int writer = writers[index];
        if (writer != Actors.self) {
            readOfOther(index, writer);
        }
        int reader = readers[index];
        if (reader != Actors.self) {
            readers[index] = together(reader);
        }
        return true;
    }

    private void readOfOther(int index, int writer) {
        if (writer == Actors.NOBODY) {
            Report.unwritten(array, index);
        } else if (Actors.inOtherGroup(writer)) {
            Report.raceOfGroups(array, index, "reads what another work-group writes");
        } else if (Actors.besides(writer)) {
            Report.race(array, index, "reads", writer, "writes");
        }
    }

    /** The reader's number with the marks that those before it leave. */
    private static int together(int before) {
        int number = before & NUMBER;
        if (number < Actors.launch) {
            return Actors.self;
        }
        if (number < Actors.group) {
            return Actors.self | OTHER_GROUPS;
        }
        int marks = before & OTHER_GROUPS;
        if (number >= Actors.interval) {
            marks |= number == Actors.self ? before & SEVERAL_ITEMS : SEVERAL_ITEMS;
        }
        return Actors.self | marks;
    }

    /** The running work-item writes; false if there is no such element. */
    boolean write(int index) {
        if (index < 0 || index >= writers.length) {
            Report.outOfBounds(array, index, "writes");
            return false;
        }
        if (restricted && allowed[index] != launch) {
            Report.outsideOfBuffers(array, index, "writes");
            return false;
        }
        int writer = writers[index];
        if (writer != Actors.self) {
            if (Actors.inOtherGroup(writer)) {
                Report.raceOfGroups(array, index, "writes what another work-group writes");
            } else if (Actors.besides(writer)) {
                Report.race(array, index, "writes", writer, "writes");
            }
            writers[index] = Actors.self;
        }
        int reader = readers[index];
        if (reader != Actors.self) {
            writeOfRead(index, reader);
        }
        return true;
    }

    private void writeOfRead(int index, int reader) {
        int number = reader & NUMBER;
        if (number < Actors.launch) {
            return;
        }
        if (number < Actors.group || (reader & OTHER_GROUPS) != 0) {
            Report.raceOfGroups(array, index, "writes what another work-group reads");
        } else if (Actors.besides(number)) {
            Report.race(array, index, "writes", number, "reads");
        } else if (number == Actors.self && (reader & SEVERAL_ITEMS) != 0) {
            Report.raceOfGroup(array, index, "writes what other work-items read");
        }
    }
}
