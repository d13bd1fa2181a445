package dev.quipu.runtime.view;

/** Headings of a folded listing: a line where the pass or the block changes. */
final class Sections {
    private final TextTable table;
    private String current = "";

    Sections(TextTable table) {
        this.table = table;
    }

    void enter(String pass, String block) {
        String heading = block.isEmpty() ? pass + ":" : pass + ", " + block + ":";
        if (!heading.equals(current)) {
            current = heading;
            table.line(heading);
        }
    }
}
