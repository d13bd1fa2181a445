package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;
import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.codegen.jvm.JvmWriter;
import dev.quipu.dsl.BFloat16;
import dev.quipu.runtime.cache.ClassCache;
import dev.quipu.runtime.cache.SourceKeys;
import dev.quipu.runtime.compilation.Source;
import dev.quipu.runtime.compilation.SourceCompiler;
import dev.quipu.runtime.start.StartUp;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Generated sources to class files: from a cache, or by javac. Javac is not even loaded where all are there. */
final class KernelCompiler {
    private static final List<String> OPTIONS = List.of("--add-modules=jdk.incubator.vector");

    private final Optional<ClassCache> cache;
    private final SourceKeys keys = new SourceKeys(SourceCompiler.options(OPTIONS), JvmKernel.class.getClassLoader());
    private SourceCompiler javac;

    KernelCompiler(Optional<ClassCache> cache) {
        this.cache = cache;
    }

    /**
     * The class files of sources.
     *
     * @param sources helpers, which the kernels may use, and kernels
     * @param helperTexts of the helpers, those among the sources and those compiled before, by simple name
     * @param helperFiles of the helpers compiled before, by binary name
     * @return by binary name
     */
    Map<String, byte[]> compile(
            List<JvmProgram.Source> sources, Map<String, String> helperTexts, Map<String, byte[]> helperFiles) {
        String helpers = keys.ofAll(new TreeMap<>(helperTexts).values());
        Map<String, byte[]> found = new LinkedHashMap<>();
        Map<JvmProgram.Source, String> missing = new LinkedHashMap<>();
        for (JvmProgram.Source source : sources) {
            String key = keys.of(source.text(), helpers);
            cache.flatMap(it -> it.read(key)).ifPresentOrElse(found::putAll, () -> missing.put(source, key));
        }
        StartUp.PROCESS.classes(sources.size() - missing.size(), missing.size());
        if (!missing.isEmpty()) {
            Map<String, byte[]> present = new HashMap<>(found);
            present.putAll(helperFiles);
            Map<String, byte[]> written = javac().compile(
                            missing.keySet().stream().map(KernelCompiler::unit).toList(), present);
            found.putAll(written);
            cache.ifPresent(it -> it.write(entries(missing, written)));
        }
        return found;
    }

    private static Map<String, Map<String, byte[]>> entries(
            Map<JvmProgram.Source, String> sources, Map<String, byte[]> written) {
        Map<String, Map<String, byte[]>> entries = new LinkedHashMap<>();
        sources.forEach((source, key) -> entries.put(key, filesOf(source, written)));
        return entries;
    }

    private SourceCompiler javac() {
        if (javac == null) {
            // Generated classes see the JDK, their interface and how bf16 rounds, wherever those were loaded from.
            List<Path> seen = Stream.of(JvmKernel.class, BFloat16.class)
                    .map(SourceCompiler::home)
                    .distinct()
                    .toList();
            javac = new SourceCompiler(seen, OPTIONS);
        }
        return javac;
    }

    private static Source unit(JvmProgram.Source source) {
        return new Source(JvmWriter.PACKAGE, source.className(), source.text(), source.clusters());
    }

    /** The class files of a source: its top-level class and those nested in it. */
    static Map<String, byte[]> filesOf(JvmProgram.Source source, Map<String, byte[]> written) {
        String own = binaryName(source);
        Map<String, byte[]> files = new HashMap<>(written);
        files.keySet().removeIf(name -> !name.equals(own) && !name.startsWith(own + "$"));
        return files;
    }

    static String binaryName(JvmProgram.Source source) {
        return JvmWriter.PACKAGE + "." + source.className();
    }
}
