package dev.quipu.runtime.device;

import dev.quipu.compiler.Compiled;
import dev.quipu.runtime.start.StartUp;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Compiles and prepares programs on threads of its own, so that several are done at the same time, and the caller can read weights
 * meanwhile:
 *
 * <pre>
 * try (Preparation preparation = new Preparation(device)) {
 *     Preparation.Program update = preparation.begin(() -&gt; compiler.update(model, AdamW.LLAMA));
 *     Preparation.Program gradient = preparation.begin(() -&gt; compiler.gradient(model, 8, 256));
 *     state.initialise(Trace.parameters(model), 1);
 *     return List.of(update.load(state), gradient.load(state));
 * }
 * </pre>
 */
public final class Preparation implements AutoCloseable {
    private final Device device;
    private final List<Program> programs = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            work -> Thread.ofPlatform().name("quipu-compile").daemon().unstarted(work));

    public Preparation(Device device) {
        this.device = device;
    }

    private record Prepared(Compiled compiled, Loadable loadable) {}

    /** A program that is being prepared. What went wrong is thrown by whoever asks for it. */
    public static final class Program {
        private final Future<Prepared> future;

        private Program(Future<Prepared> future) {
            this.future = future;
        }

        /** See {@link Loadable#load}. */
        public Executable load(State state) {
            return prepared().loadable().load(state);
        }

        /** See {@link Compiled#planHash}. */
        public String planHash() {
            return prepared().compiled().planHash();
        }

        /** Waits until nothing but its memory is missing. */
        public void await() {
            prepared();
        }

        private Prepared prepared() {
            try {
                return future.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RuntimeException failure -> throw failure;
                    case Error failure -> throw failure;
                    case Throwable failure -> throw new AssertionError(failure);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("nobody interrupts a start", e);
            }
        }
    }

    /** Begins with a program, after those that were begun before if there are more than processors. */
    public Program begin(Supplier<Compiled> compile) {
        Program program = new Program(threads.submit(() -> {
            Compiled compiled = StartUp.PROCESS.measure(StartUp.Part.PROGRAMS, compile);
            return new Prepared(compiled, device.prepare(compiled.scheduled()));
        }));
        programs.add(program);
        return program;
    }

    /** What has not begun yet will not. What has is left to its end: an interrupt closes the files that javac reads, for good. */
    @Override
    public void close() {
        programs.forEach(program -> program.future.cancel(false));
        threads.shutdown();
    }
}
