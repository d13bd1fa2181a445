package dev.quipu.runtime.tornado;

import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.runtime.compilation.Source;
import java.util.List;
import java.util.function.UnaryOperator;

/** The classes of generated programs. */
final class Sources {
    private Sources() {}

    /**
     * A program's source files.
     *
     * @param dialect what becomes of a text
     */
    static List<Source> of(TornadoProgram program, UnaryOperator<String> dialect) {
        return program.sources().stream()
                .map(source -> new Source(
                        TornadoProgram.PACKAGE,
                        source.className(),
                        dialect.apply(source.text()),
                        List.of("the program " + program.name())))
                .toList();
    }

    /** The class that builds a program's task graphs. */
    static Class<?> load(TornadoProgram program, ClassLoader loader) {
        try {
            return Class.forName(TornadoProgram.PACKAGE + "." + program.mainClass(), true, loader);
        } catch (ClassNotFoundException e) {
            throw new AssertionError("the program " + program.name() + " has no class " + program.mainClass(), e);
        }
    }
}
