package dev.quipu.runtime.jvm;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The main class of a process that measures itself: it loads a gradient program, runs it, closes it, and prints its arena, its
 * scratch memory, and by how much resident memory had grown behind the run and behind the end, all in bytes.
 */
final class ResidentMemoryProcess {
    static final Path STATUS = Path.of("/proc/self/status");

    private static final int WORKERS = 2;
    private static final int VOCABULARY = 96;
    private static final int SEQUENCE = 256;

    private ResidentMemoryProcess() {}

    public static void main(String[] arguments) throws IOException {
        Model model = Llama.of(new LlamaConfig(64, 4, 2, 2, 32, 176, VOCABULARY, SEQUENCE, 1e-5, 1e4, false, 0));
        Compiler compiler = new Compiler(false);
        try (State state = new State()) {
            state.initialise(Trace.parameters(model), 1);
            // a small program comes first: javac, and the gradients' state, are not what is measured
            try (JvmDevice other = new JvmDevice(WORKERS);
                    Executable small =
                            other.load(compiler.gradient(model, 1, SEQUENCE).scheduled(), state)) {
                run(small);
            }
            Scheduled large = compiler.gradient(model, 160, SEQUENCE).scheduled();
            try (JvmDevice device = new JvmDevice(WORKERS)) {
                measure(device, large, state);
            }
        }
    }

    private static void measure(JvmDevice device, Scheduled scheduled, State state) throws IOException {
        long before = resident();
        Executable program = device.load(scheduled, state);
        run(program);
        long grown = resident() - before;
        program.close();
        System.out.println(
                program.arenaBytes() + " " + program.scratchBytes() + " " + grown + " " + (resident() - before));
    }

    private static void run(Executable program) {
        Buffer tokens = program.input(Traced.TOKENS);
        for (int i = 0; i < tokens.length(); i++) {
            tokens.setInt(i, i % VOCABULARY);
            program.input(Traced.TARGETS).setInt(i, (i + 1) % VOCABULARY);
        }
        program.input(Traced.SCALE).setFloat(0, 1);
        program.run();
    }

    private static long resident() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
