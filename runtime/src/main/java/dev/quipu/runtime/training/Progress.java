package dev.quipu.runtime.training;

import java.io.Console;

/** Shows how far long work has come, on the standard error stream: a bar on a terminal, a line now and then elsewhere. */
public sealed interface Progress extends AutoCloseable permits ProgressBarDisplay, ProgressLines {
    /** Shows how much is done. May be called as often as one likes; allocates and prints only when the display is due. */
    void update(long done, Note note);

    /** Prints a line of its own, without harm to the bar. */
    void say(String line);

    /** Ends the display. */
    @Override
    void close();

    /** A short text beside the amount, such as the loss. */
    @FunctionalInterface
    interface Note {
        String text();
    }

    /** Begins to show the progress of a task of so many units. */
    // On JDK 25 the console of a process that is not on a terminal is null again, whatever Error Prone knows of JDK 22.
    @SuppressWarnings("SystemConsoleNull")
    static Progress start(String task, String unit, long total) {
        Console console = System.console();
        return console != null && console.isTerminal()
                ? new ProgressBarDisplay(task, unit, total)
                : new ProgressLines(task, unit, total, System.err, System::nanoTime);
    }
}
