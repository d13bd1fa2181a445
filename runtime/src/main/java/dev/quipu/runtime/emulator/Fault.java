package dev.quipu.runtime.emulator;

import java.util.Optional;

/**
 * Something wrong with a kernel or a graph.
 *
 * @param task GRAPH.TASK, or a graph's name
 * @param origin the line of the printed program
 * @param workItem who did it; empty for what was found before anything ran
 * @param access which element; empty where it is about none
 * @param detail a clause for the reader
 */
public record Fault(
        FaultKind kind,
        String task,
        Optional<Origin> origin,
        Optional<WorkItem> workItem,
        Optional<Element> access,
        String detail) {
    /** A work-item: the number of its group, and its own in the group. */
    public record WorkItem(int group, int item) {
        @Override
        public String toString() {
            return "work-group " + group + ", work-item " + item;
        }
    }

    /** An element of an array, by the array's name in the printed program. */
    public record Element(String array, int index) {
        @Override
        public String toString() {
            return array + "[" + index + "]";
        }
    }

    /** The kernel's line; 0 where it is not known. */
    public int line() {
        return origin.map(Origin::line).orElse(0);
    }

    /** One line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(kind.toString()).append(": ").append(task);
        origin.ifPresent(place -> text.append(" (").append(place).append(')'));
        workItem.ifPresent(item -> text.append(", ").append(item));
        access.ifPresent(element -> text.append(", ").append(element));
        return text.append(": ").append(detail).toString();
    }
}
