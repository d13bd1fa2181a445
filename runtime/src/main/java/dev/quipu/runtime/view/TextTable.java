package dev.quipu.runtime.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of cells in columns that line up; lines between rows span them all. */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<String[]> rows = new ArrayList<>();
    private final boolean[] right;

    /**
     * @param alignment one letter a column: {@code l} left, {@code r} right
     */
    public TextTable(String alignment) {
        this.right = new boolean[alignment.length()];
        for (int i = 0; i < right.length; i++) {
            right[i] = alignment.charAt(i) == 'r';
        }
    }

    /** Adds a row with one cell for each column. */
    public TextTable row(Object... cells) {
        if (cells.length != right.length) {
            throw new AssertionError(cells.length + " cells in a table of " + right.length + " columns");
        }
        rows.add(Arrays.stream(cells).map(String::valueOf).toArray(String[]::new));
        return this;
    }

    /** Adds a line of its own. */
    public TextTable line(String text) {
        rows.add(new String[] {text});
        return this;
    }

    /** The table, each line ended. */
    public String text() {
        int[] widths = new int[right.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length && row.length > 1; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        StringBuilder text = new StringBuilder();
        rows.forEach(row -> text.append(line(row, widths)).append('\n'));
        return text.toString();
    }

    private String line(String[] row, int[] widths) {
        if (row.length == 1) {
            return row[0].stripTrailing();
        }
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            String space = " ".repeat(widths[i] - row[i].length());
            line.append(i == 0 ? "" : GAP).append(right[i] ? space + row[i] : row[i] + space);
        }
        return line.toString().stripTrailing();
    }
}
