package dev.quipu.runtime.emulator;

/** A program is wrong; the emulator stops at what it finds first. */
public final class KernelFault extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final transient Fault fault;

    KernelFault(Fault fault) {
        super(fault.toString());
        this.fault = fault;
    }

    /** What is wrong. */
    public Fault fault() {
        return fault;
    }
}
