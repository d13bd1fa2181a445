package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;
import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.runtime.cache.ClassCache;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The generated classes of the process, found by their source without names and comments: what two programs share is compiled
 * once, by javac and by the JIT.
 *
 * <p>Every kernel has a class loader of its own, so that kernels of different programs may have the same name.
 */
final class KernelClasses {
    /** The process's classes. */
    static final KernelClasses SHARED = new KernelClasses(ClassCache::ofUser);

    static {
        // The JVM's own vectors make such a segment as long as they are interpreted; when its class is loaded, the
        // JVM takes back what the JIT has made of kernels until then.
        var _ = MemorySegment.ofArray(new byte[0]);
    }

    private static final Pattern EMPTY_LINES = Pattern.compile("\\R\\s*\\R");
    private static final Pattern COMMENT = Pattern.compile("(?m)^ *(/\\*\\*|\\*|//).*\\R");

    private final Supplier<Optional<ClassCache>> cache;
    private KernelCompiler compiler;
    private final List<Family> families = new ArrayList<>();

    /** Classes that are compiled in this process. */
    KernelClasses() {
        this(Optional::empty);
    }

    /**
     * Classes that are looked for in a cache before they are compiled.
     *
     * @param cache asked for when there is something to compile
     */
    KernelClasses(Supplier<Optional<ClassCache>> cache) {
        this.cache = cache;
    }

    /** Kernels that were compiled with the same helper classes. A program whose helpers are others begins another family. */
    private static final class Family {
        private final Map<String, Set<String>> helperMembers = new HashMap<>();
        private final Map<String, String> helperTexts = new HashMap<>();
        private final Map<String, byte[]> helperFiles = new HashMap<>();
        private final Loader helpers = new Loader(JvmKernel.class.getClassLoader(), helperFiles);
        private final Map<String, Class<? extends JvmKernel>> kernels = new HashMap<>();

        /** A helper class with more methods than a program needs will do: a loss needs some of its gradient's tiles. */
        boolean has(String helper, Set<String> members) {
            Set<String> present = helperMembers.get(helper);
            return present != null && present.containsAll(members);
        }

        Map<String, String> textsWith(List<JvmProgram.Source> more) {
            Map<String, String> texts = new HashMap<>(helperTexts);
            more.forEach(helper -> texts.put(helper.className(), helper.text()));
            return texts;
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

    /** The classes of a program's kernels, by simple name; those that are new are compiled now. */
    Map<String, Class<? extends JvmKernel>> of(JvmProgram program) {
        Set<String> kernelNames =
                program.launches().stream().map(JvmProgram.Step::className).collect(Collectors.toSet());
        Map<Boolean, List<JvmProgram.Source>> sources = program.sources().stream()
                .collect(Collectors.partitioningBy(source -> kernelNames.contains(source.className())));
        return of(sources.get(false), sources.get(true));
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
        Map<JvmProgram.Source, String> keys = new LinkedHashMap<>();
        kernels.forEach(kernel -> keys.put(kernel, key(kernel)));
        List<JvmProgram.Source> missing = new ArrayList<>(newHelpers);
        keys.forEach((kernel, key) -> {
            if (!family.kernels.containsKey(key)) {
                missing.add(kernel);
            }
        });
        Map<String, byte[]> written = missing.isEmpty()
                ? Map.of()
                : compiler().compile(missing, family.textsWith(newHelpers), Map.copyOf(family.helperFiles));
        newHelpers.forEach(helper -> {
            family.helperMembers.put(helper.className(), members.get(helper.className()));
            family.helperTexts.put(helper.className(), helper.text());
            family.helperFiles.putAll(KernelCompiler.filesOf(helper, written));
        });
        Map<String, Class<? extends JvmKernel>> classes = new LinkedHashMap<>();
        keys.forEach((kernel, key) -> classes.put(
                kernel.className(), family.kernels.computeIfAbsent(key, any -> define(kernel, family, written))));
        return classes;
    }

    private KernelCompiler compiler() {
        if (compiler == null) {
            compiler = new KernelCompiler(cache.get());
        }
        return compiler;
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
        Loader loader = new Loader(family.helpers, KernelCompiler.filesOf(kernel, written));
        try {
            return Class.forName(KernelCompiler.binaryName(kernel), true, loader)
                    .asSubclass(JvmKernel.class);
        } catch (ClassNotFoundException e) {
            throw new AssertionError("expected class " + kernel.className() + ", found " + written.keySet(), e);
        }
    }

    /** The code alone: comments name lines and layers, and names are numbered, which differ from program to program. */
    private static String key(JvmProgram.Source kernel) {
        return COMMENT.matcher(kernel.text()).replaceAll("").replaceAll("\\b" + kernel.className() + "\\b", "Kernel");
    }
}
