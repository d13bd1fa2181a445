package dev.quipu.runtime.pickle;

import java.util.ArrayList;
import java.util.List;

/** The machine's stack: values, and marks below which nothing is taken. */
final class PickleStack {
    private final List<PickleValue> values = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();

    void push(PickleValue value) {
        values.add(value);
    }

    void mark() {
        marks.add(values.size());
    }

    PickleValue pop() {
        expect(1);
        return values.removeLast();
    }

    PickleValue top() {
        expect(1);
        return values.getLast();
    }

    /** Takes the topmost values, the lowest first. */
    List<PickleValue> pop(int count) {
        expect(count);
        return cut(values.size() - count);
    }

    /** Takes the values above the topmost mark, the lowest first, and the mark. */
    List<PickleValue> popMark() {
        if (marks.isEmpty()) {
            throw new PickleRefusal("a mark on the stack", "none");
        }
        return cut(marks.removeLast());
    }

    private List<PickleValue> cut(int from) {
        List<PickleValue> tail = values.subList(from, values.size());
        List<PickleValue> taken = new ArrayList<>(tail);
        tail.clear();
        return taken;
    }

    private void expect(int count) {
        int available = values.size() - (marks.isEmpty() ? 0 : marks.getLast());
        if (available < count) {
            throw new PickleRefusal(count + " values on the stack", Integer.toString(available));
        }
    }
}
