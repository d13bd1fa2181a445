package dev.quipu.runtime.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.stream.Stream;

/** The library's functions: most give a status, and make or take things that only their address is known of. */
record Functions(SymbolLookup symbols) {
    private static final int SUCCESS = 0;

    /**
     * A function by its name.
     *
     * @throws java.util.NoSuchElementException if the library has it not
     */
    MethodHandle function(String name, MemoryLayout returned, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.of(returned, arguments));
    }

    /** A function that returns nothing, where the library, or one that it needs, has it. */
    Optional<MethodHandle> procedure(String name, MemoryLayout... arguments) {
        return symbols.find(name)
                .map(found -> Linker.nativeLinker().downcallHandle(found, FunctionDescriptor.ofVoid(arguments)));
    }

    /** Calls a function that returns an int. */
    int number(String name) {
        return (int) invoke(function(name, JAVA_INT));
    }

    /** Calls a function that returns an address. */
    MemorySegment address(String name, Object... arguments) {
        return (MemorySegment) invoke(function(name, ADDRESS, layouts(arguments)), arguments);
    }

    /** Calls a function that returns a size. */
    long size(String name, MemorySegment of) {
        return (long) invoke(function(name, JAVA_LONG, ADDRESS), of);
    }

    /** Calls a function that returns a status. */
    void run(String name, Object... arguments) {
        check((int) invoke(function(name, JAVA_INT, layouts(arguments)), arguments), name);
    }

    /** What a function makes: it writes the address through its first argument. */
    MemorySegment made(String name, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment place = arena.allocate(ADDRESS);
            run(name, Stream.concat(Stream.of(place), Stream.of(arguments)).toArray());
            return place.get(ADDRESS, 0);
        }
    }

    /** {@link #made}, and destroyed by another function when an arena closes. */
    MemorySegment kept(Arena arena, String destroyer, String name, Object... arguments) {
        return made(name, arguments).reinterpret(arena, thing -> run(destroyer, thing));
    }

    static void check(int status, String name) {
        if (status != SUCCESS) {
            throw new AssertionError(name + " says " + status);
        }
    }

    private static MemoryLayout[] layouts(Object[] arguments) {
        return Stream.of(arguments)
                .map(argument -> switch (argument) {
                    case MemorySegment segment -> ADDRESS;
                    case Integer number -> JAVA_INT;
                    case Long number -> JAVA_LONG;
                    case Float number -> JAVA_FLOAT;
                    default -> throw new AssertionError(argument);
                })
                .toArray(MemoryLayout[]::new);
    }

    private static Object invoke(MethodHandle handle, Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (Throwable thrown) { // a native call throws nothing
            throw new AssertionError(thrown);
        }
    }
}
