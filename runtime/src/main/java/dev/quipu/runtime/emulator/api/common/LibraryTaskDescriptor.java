package dev.quipu.runtime.emulator.api.common;

/** A task that a library computes: its name, its arguments, and whatever else the library is told. */
public class LibraryTaskDescriptor {
    private String libraryName;
    private String functionName;
    private Object[] parameters;
    private Access[] access;
    private Object tuning;

    public LibraryTaskDescriptor withLibrary(String name) {
        libraryName = name;
        return this;
    }

    public LibraryTaskDescriptor withFunction(String name) {
        functionName = name;
        return this;
    }

    public LibraryTaskDescriptor withParameters(Object[] arguments) {
        parameters = arguments.clone();
        return this;
    }

    /** What it does with each argument. */
    public LibraryTaskDescriptor withAccess(Access[] ofEach) {
        access = ofEach.clone();
        return this;
    }

    /** What TornadoVM hands on to the library and does not look at. */
    public LibraryTaskDescriptor withTuning(Object told) {
        tuning = told;
        return this;
    }

    public String getLibraryName() {
        return libraryName;
    }

    public String getFunctionName() {
        return functionName;
    }

    public Object[] getParameters() {
        return parameters.clone();
    }

    public Access[] getAccess() {
        return access.clone();
    }

    public Object getTuning() {
        return tuning;
    }
}
