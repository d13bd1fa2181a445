package dev.quipu.runtime.doctor;

/**
 * One thing that was looked at.
 *
 * @param what was looked at
 * @param found what is there
 * @param remedy what to do; empty where all is well
 */
public record Finding(String what, String found, String remedy) {
    static Finding fine(String what, String found) {
        return new Finding(what, found, "");
    }

    public boolean isFine() {
        return remedy.isEmpty();
    }

    @Override
    public String toString() {
        return String.format("%-12s %-4s %s", what, isFine() ? "ok" : "!", isFine() ? found : found + ": " + remedy);
    }
}
