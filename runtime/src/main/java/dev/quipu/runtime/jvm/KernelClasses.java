package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;
import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.codegen.jvm.JvmWriter;
import dev.quipu.dsl.BFloat16;
import dev.quipu.runtime.compilation.Source;
import dev.quipu.runtime.compilation.SourceCompiler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The generated classes of the process, found by their source without names and comments: what two programs share is compiled
 * once, by javac and by the JIT.
 *
 * <p>Every kernel has a class loader of its own, so that kernels of different programs may have the same name.
 */
final class KernelClasses {
    /** The process's classes. */
    static final KernelClasses SHARED = new KernelClasses();

    private static final Pattern EMPTY_LINES = Pattern.compile("\\R\\s*\\R");
    private static final Pattern COMMENT = Pattern.compile("(?m)^ *(/\\*\\*|\\*|//).*\\R");

    private SourceCompiler compiler;
    private final List<Family> families = new ArrayList<>();

    /** Kernels that were compiled with the same helper classes. A program whose helpers are others begins another family. */
    private static final class Family {
        private final Map<String, Set<String>> helperMembers = new HashMap<>();
        private final Map<String, byte[]> helperFiles = new HashMap<>();
        private final Loader helpers = new Loader(JvmKernel.class.getClassLoader(), helperFiles);
        private final Map<String, Class<? extends JvmKernel>> kernels = new HashMap<>();

        /** A helper class with more methods than a program needs will do: a loss needs some of its gradient's tiles. */
        boolean has(String helper, Set<String> members) {
            Set<String> present = helperMembers.get(helper);
            return present != null && present.containsAll(members);
        }

        boolean accepts(String helper, Set<String> members) {
            return !helperMembers.containsKey(helper) || has(helper, members);
        }
    }

    /** Defines classes from memory. */
    private static final class Loader extends ClassLoader {
        private final Map<String, byte[]> classFiles;

        Loader(ClassLoader parent, Map<String, byte[]> classFiles) {
            super(parent);
            this.classFiles = classFiles;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = classFiles.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    /**
     * The classes of kernels; those that are new are compiled now, all in one go.
     *
     * @param helpers public classes that kernels call
     * @return by simple name
     */
    synchronized Map<String, Class<? extends JvmKernel>> of(
            List<JvmProgram.Source> helpers, List<JvmProgram.Source> kernels) {
        Map<String, Set<String>> members = new HashMap<>();
        helpers.forEach(helper -> members.put(helper.className(), members(helper.text())));
        Family family = family(members);
        List<JvmProgram.Source> newHelpers = helpers.stream()
                .filter(helper -> !family.has(helper.className(), members.get(helper.className())))
                .toList();
        List<JvmProgram.Source> missing = new ArrayList<>(newHelpers);
        kernels.stream()
                .filter(kernel -> !family.kernels.containsKey(key(kernel)))
                .forEach(missing::add);
        Map<String, byte[]> written = missing.isEmpty()
                ? Map.of()
                : compiler()
                        .compile(missing.stream().map(KernelClasses::unit).toList(), Map.copyOf(family.helperFiles));
        newHelpers.forEach(helper -> {
            family.helperMembers.put(helper.className(), members.get(helper.className()));
            family.helperFiles.putAll(filesOf(helper, written));
        });
        Map<String, Class<? extends JvmKernel>> classes = new LinkedHashMap<>();
        for (JvmProgram.Source kernel : kernels) {
            classes.put(
                    kernel.className(),
                    family.kernels.computeIfAbsent(key(kernel), key -> define(kernel, family, written)));
        }
        return classes;
    }

    private SourceCompiler compiler() {
        if (compiler == null) {
            // Generated classes see the JDK, their interface and how bf16 rounds, wherever those were loaded from.
            List<Path> seen = Stream.of(JvmKernel.class, BFloat16.class)
                    .map(SourceCompiler::home)
                    .distinct()
                    .toList();
            compiler = new SourceCompiler(seen, List.of("--add-modules=jdk.incubator.vector"));
        }
        return compiler;
    }

    private static Source unit(JvmProgram.Source source) {
        return new Source(JvmWriter.PACKAGE, source.className(), source.text(), source.clusters());
    }

    /** Fields and methods, which the writer parts by empty lines. */
    private static Set<String> members(String text) {
        String body = text.substring(text.indexOf('{') + 1, text.lastIndexOf('}'));
        return Arrays.stream(EMPTY_LINES.split(body)).map(String::strip).collect(Collectors.toSet());
    }

    /** @param helpers what each consists of, by name */
    private Family family(Map<String, Set<String>> helpers) {
        for (Family family : families) {
            boolean accepted =
                    helpers.entrySet().stream().allMatch(helper -> family.accepts(helper.getKey(), helper.getValue()));
            if (accepted) {
                return family;
            }
        }
        families.add(new Family());
        return families.getLast();
    }

    private static Class<? extends JvmKernel> define(
            JvmProgram.Source kernel, Family family, Map<String, byte[]> written) {
        Loader loader = new Loader(family.helpers, filesOf(kernel, written));
        try {
            return Class.forName(binaryName(kernel), true, loader).asSubclass(JvmKernel.class);
        } catch (ClassNotFoundException e) {
            throw new AssertionError("expected class " + kernel.className() + ", found " + written.keySet(), e);
        }
    }

    /** The class files of a source: its top-level class and those nested in it. */
    private static Map<String, byte[]> filesOf(JvmProgram.Source source, Map<String, byte[]> written) {
        String own = binaryName(source);
        Map<String, byte[]> files = new HashMap<>(written);
        files.keySet().removeIf(name -> !name.equals(own) && !name.startsWith(own + "$"));
        return files;
    }

    /** The code alone: comments name lines and layers, and names are numbered, which differ from program to program. */
    private static String key(JvmProgram.Source kernel) {
        return COMMENT.matcher(kernel.text()).replaceAll("").replaceAll("\\b" + kernel.className() + "\\b", "Kernel");
    }

    private static String binaryName(JvmProgram.Source source) {
        return JvmWriter.PACKAGE + "." + source.className();
    }
}
