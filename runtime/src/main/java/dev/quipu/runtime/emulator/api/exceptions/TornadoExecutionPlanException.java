package dev.quipu.runtime.emulator.api.exceptions;

/** A plan could not be closed. */
public class TornadoExecutionPlanException extends Exception {
    private static final long serialVersionUID = 1L;

    public TornadoExecutionPlanException(String message) {
        super(message);
    }
}
