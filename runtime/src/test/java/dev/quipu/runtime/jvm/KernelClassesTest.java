package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.jvm.JvmKernel;
import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.codegen.jvm.JvmScratch;
import dev.quipu.runtime.cache.ClassCache;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelClassesTest {
    private static final String ORIGIN = "rmsNorm in layers.0.attention at Llama.java:88";

    private static JvmProgram.Source kernel(String name, String parts) {
        return new JvmProgram.Source(name, """
            package dev.quipu.generated;

            public final class %s implements dev.quipu.codegen.jvm.JvmKernel {
                public %s(java.lang.foreign.MemorySegment[] buffers, dev.quipu.codegen.jvm.JvmScratch scratch) {}

                public int phases() {
                    return 1;
                }

                public int parts(int phase) {
                    return %s;
                }

                public void run(int phase, int part, int worker) {}
            }
            """.formatted(name, name, parts), List.of(ORIGIN));
    }

    private static JvmProgram.Source helper(String name, int number) {
        String text = "package dev.quipu.generated; public class " + name + " { public static int number() { return "
                + number + "; } }";
        return new JvmProgram.Source(name, text, List.of());
    }

    private static int parts(Class<? extends JvmKernel> kernel) throws ReflectiveOperationException {
        return kernel.getConstructor(MemorySegment[].class, JvmScratch.class)
                .newInstance(new MemorySegment[0], new ScratchMemory(Arena.ofAuto(), 1))
                .parts(0);
    }

    @Test
    void equalSourcesAreOneClass() throws ReflectiveOperationException {
        KernelClasses classes = new KernelClasses();
        Map<String, Class<? extends JvmKernel>> first =
                classes.of(List.of(), List.of(kernel("a", "1"), kernel("b", "2")));
        Map<String, Class<? extends JvmKernel>> second =
                classes.of(List.of(), List.of(kernel("b", "2"), kernel("c", "3")));
        assertSame(first.get("b"), second.get("b"));
        assertEquals(3, parts(second.get("c")));
    }

    @Test
    void kernelsOfOneNameMayDiffer() throws ReflectiveOperationException {
        KernelClasses classes = new KernelClasses();
        Class<? extends JvmKernel> one =
                classes.of(List.of(), List.of(kernel("a", "1"))).get("a");
        Class<? extends JvmKernel> two =
                classes.of(List.of(), List.of(kernel("a", "2"))).get("a");
        assertEquals(1, parts(one));
        assertEquals(2, parts(two));
    }

    @Test
    void helpersAreShared() throws ReflectiveOperationException {
        KernelClasses classes = new KernelClasses();
        JvmProgram.Source kernel = kernel("a", "Helper.number()");
        JvmProgram.Source other = kernel("b", "Helper.number() + Another.number()");
        Class<? extends JvmKernel> first =
                classes.of(List.of(helper("Helper", 5)), List.of(kernel)).get("a");
        Map<String, Class<? extends JvmKernel>> more =
                classes.of(List.of(helper("Helper", 5), helper("Another", 10)), List.of(kernel, other));
        assertSame(first, more.get("a"));
        assertEquals(15, parts(more.get("b")));
    }

    @Test
    void kernelsSeeTheHelpersOfTheirProgram() throws ReflectiveOperationException {
        KernelClasses classes = new KernelClasses();
        JvmProgram.Source kernel = kernel("a", "Helper.number()");
        Class<? extends JvmKernel> five =
                classes.of(List.of(helper("Helper", 5)), List.of(kernel)).get("a");
        Class<? extends JvmKernel> six =
                classes.of(List.of(helper("Helper", 6)), List.of(kernel)).get("a");
        assertNotSame(five, six);
        assertEquals(5, parts(five));
        assertEquals(6, parts(six));
    }

    @Test
    void aHelperWithMoreMethodsServesProgramsThatNeedFewer() throws ReflectiveOperationException {
        String more = """
            package dev.quipu.generated;

            public class Helper {
                public static int number() { return 5; }

                public static int more() { return 6; }
            }
            """;
        String fewer = more.replace("    public static int more() { return 6; }\n", "");
        String other = fewer.replace("5", "7");
        KernelClasses classes = new KernelClasses();
        JvmProgram.Source kernel = kernel("a", "Helper.number()");
        Class<? extends JvmKernel> first = kernel(classes, more, kernel);
        assertSame(first, kernel(classes, fewer, kernel));
        assertEquals(7, parts(kernel(classes, other, kernel)));
    }

    private static Class<? extends JvmKernel> kernel(KernelClasses classes, String helper, JvmProgram.Source kernel) {
        return classes.of(List.of(new JvmProgram.Source("Helper", helper, List.of())), List.of(kernel))
                .get("a");
    }

    @Test
    void anotherProcessFindsTheClassesInTheCache(@TempDir Path folder) throws ReflectiveOperationException {
        ClassCache cache = new ClassCache(folder.resolve("kernels"), 1 << 20);
        JvmProgram.Source kernel = kernel("a", "Helper.number()");
        assertEquals(5, parts(cached(cache, helper("Helper", 5), kernel)));
        assertEquals(new ClassCache.Contents(2, cache.contents().bytes()), cache.contents());
        assertEquals(5, parts(cached(cache, helper("Helper", 5), kernel)));
        assertEquals(2, cache.contents().files());
        assertEquals(6, parts(cached(cache, helper("Helper", 6), kernel)));
        assertEquals(4, cache.contents().files());
        assertEquals(7, parts(cached(cache, helper("Helper", 6), kernel("a", "1 + Helper.number()"))));
        assertEquals(5, cache.contents().files());
    }

    @Test
    void whatIsBrokenInTheCacheIsCompiledAgain(@TempDir Path folder) throws IOException, ReflectiveOperationException {
        ClassCache cache = new ClassCache(folder, 1 << 20);
        JvmProgram.Source kernel = kernel("a", "Helper.number()");
        cached(cache, helper("Helper", 5), kernel);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.write(file, new byte[] {1, 2, 3});
            }
        }
        assertEquals(5, parts(cached(cache, helper("Helper", 5), kernel)));
        assertTrue(cache.contents().bytes() > 1000, "made anew");
    }

    private static Class<? extends JvmKernel> cached(
            ClassCache cache, JvmProgram.Source helper, JvmProgram.Source kernel) {
        return new KernelClasses(() -> Optional.of(cache))
                .of(List.of(helper), List.of(kernel))
                .get("a");
    }

    @Test
    void refusalsNameTheLineAndTheNode() {
        AssertionError error = assertThrows(
                AssertionError.class,
                () -> new KernelClasses()
                        .of(List.of(), List.of(kernel("good", "1"), kernel("layers_norm", "missing"))));
        String message = error.getMessage();
        assertTrue(message.startsWith("javac refuses line 11 of the generated layers_norm: "), message);
        assertTrue(message.contains("cannot find symbol"), message);
        assertTrue(message.contains("return missing;"), message);
        assertTrue(message.contains(ORIGIN), message);
    }

    @Test
    void aRefusalLeavesTheClassesAsTheyWere() throws ReflectiveOperationException {
        KernelClasses classes = new KernelClasses();
        JvmProgram.Source helper = helper("Helper", 5);
        assertThrows(AssertionError.class, () -> classes.of(List.of(helper), List.of(kernel("a", "missing"))));
        Class<? extends JvmKernel> kernel = classes.of(List.of(helper), List.of(kernel("a", "Helper.number()")))
                .get("a");
        assertEquals(5, parts(kernel));
    }
}
