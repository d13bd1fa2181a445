package dev.quipu.runtime.emulator;

import dev.quipu.dsl.QuipuException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Code that can pause and go on later, on the thread of whoever resumes it: what virtual threads are made of, without their
 * scheduler, whose order nobody determines. The JDK does not export it, so that it is reached through method handles, and a
 * flag of the JVM opens it.
 */
final class Coroutine {
    private static final String FLAG = "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED";
    private static final Handles HANDLES = Handles.find();

    private final Object continuation;
    private Throwable failure;

    /** The JDK's methods, with types that can be named here. */
    private record Handles(Object scope, MethodHandle make, MethodHandle run, MethodHandle pause) {
        static Handles find() {
            try {
                MethodHandles.Lookup lookup = MethodHandles.lookup();
                Class<?> scope = Class.forName("jdk.internal.vm.ContinuationScope");
                Class<?> type = Class.forName("jdk.internal.vm.Continuation");
                MethodType makes = MethodType.methodType(void.class, scope, Runnable.class);
                MethodType pauses = MethodType.methodType(boolean.class, scope);
                return new Handles(
                        scope.getConstructor(String.class).newInstance("work-items"),
                        lookup.findConstructor(type, makes)
                                .asType(MethodType.methodType(Object.class, Object.class, Runnable.class)),
                        lookup.findVirtual(type, "run", MethodType.methodType(void.class))
                                .asType(MethodType.methodType(void.class, Object.class)),
                        lookup.findStatic(type, "yield", pauses)
                                .asType(MethodType.methodType(boolean.class, Object.class)));
            } catch (ReflectiveOperationException e) {
                throw new QuipuException(
                        "emulator: expected the JVM flag " + FLAG + ", found none; start java with @config/jvm.args",
                        e);
            }
        }
    }

    Coroutine(Runnable code) {
        try {
            continuation = HANDLES.make().invokeExact(HANDLES.scope(), (Runnable) () -> guard(code));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private void guard(Runnable code) {
        try {
            code.run();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    /** Runs it until it pauses or ends; what it throws is thrown here. */
    void resume() {
        try {
            HANDLES.run().invokeExact(continuation);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        switch (failure) {
            case null -> {}
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            default -> throw new AssertionError(failure);
        }
    }

    /** Pauses the coroutine that calls it. */
    static void pause() {
        try {
            boolean resumed = (boolean) HANDLES.pause().invokeExact(HANDLES.scope());
            if (!resumed) {
                throw new AssertionError("a coroutine did not pause");
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
