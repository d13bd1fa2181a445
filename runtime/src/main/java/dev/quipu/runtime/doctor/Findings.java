package dev.quipu.runtime.doctor;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.cache.ClassCache;
import dev.quipu.runtime.data.TokenCache;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.onednn.OneDnn;
import dev.quipu.runtime.view.Quantity;
import java.awt.GraphicsEnvironment;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.tools.ToolProvider;

/** Looks at the machine. */
public final class Findings {
    private static final int OLDEST_JAVA = 25;
    private static final long LEAST_MEMORY = 2L << 30;
    private static final int BITS = 32;
    private static final String KERNELS = "kernels";

    private Findings() {}

    /** Everything that is looked at, in order. */
    public static List<Finding> all() {
        List<Finding> findings = new ArrayList<>(List.of(
                jdk(),
                compiler(),
                flags(),
                vectors(),
                products(),
                cores(),
                memory(),
                drawings(),
                fonts(),
                cache(),
                kernels()));
        findings.addAll(TornadoFindings.all());
        return findings;
    }

    private static Finding jdk() {
        String found = Runtime.version() + " in " + System.getProperty("java.home");
        return Runtime.version().feature() >= OLDEST_JAVA
                ? Finding.fine("JDK", found)
                : new Finding("JDK", found, "install JDK " + OLDEST_JAVA + " or newer");
    }

    private static Finding compiler() {
        return ToolProvider.getSystemJavaCompiler() == null
                ? new Finding("javac", "none", "run Quipu on a JDK, not on a bare run-time")
                : Finding.fine("javac", "kernels can be compiled");
    }

    private static Finding flags() {
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        boolean nativeAccess = Findings.class.getModule().isNativeAccessEnabled();
        String missing = (vectors ? "" : " --add-modules=jdk.incubator.vector")
                + (nativeAccess ? "" : " --enable-native-access=ALL-UNNAMED");
        return missing.isEmpty()
                ? Finding.fine("JVM flags", "all of config/jvm.args that matter")
                : new Finding("JVM flags", "missing" + missing, "start java with @config/jvm.args");
    }

    private static Finding vectors() {
        try (JvmDevice device = new JvmDevice(1)) {
            return Finding.fine("vectors", device.lanes() * BITS + " bits, " + device.lanes() + " floats");
        } catch (QuipuException e) {
            return new Finding("vectors", "none", e.getMessage());
        }
    }

    /** Nothing but {@code --precision bf16} on the jvm device needs it, so that it is not there is no fault. */
    private static Finding products() {
        try {
            OneDnn library = OneDnn.require();
            String units = library.hasMatrixUnits() ? "amx_bf16" : "avx512_bf16";
            return Finding.fine("bf16", library + " on " + units + ", for --precision bf16 on the jvm device");
        } catch (QuipuException e) {
            return Finding.fine("bf16", "none; " + e.getMessage());
        }
    }

    private static Finding cores() {
        return Finding.fine(
                "cores",
                Runtime.getRuntime().availableProcessors() + ", " + JvmDevice.defaultWorkers() + " workers by default");
    }

    private static Finding memory() {
        long bytes =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getTotalMemorySize()
                        : Runtime.getRuntime().maxMemory();
        String found = Quantity.bytes(bytes);
        return bytes >= LEAST_MEMORY
                ? Finding.fine("memory", found)
                : new Finding("memory", found, "small: choose small models and batches");
    }

    private static Finding drawings() {
        String path = System.getenv().getOrDefault("PATH", "");
        boolean dot = Arrays.stream(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder ->
                        Files.isExecutable(Path.of(folder, "dot")) || Files.isExecutable(Path.of(folder, "dot.exe")));
        if (dot) {
            return Finding.fine("drawings", "dot on the PATH");
        }
        String architecture = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return architecture.equals("amd64") || architecture.equals("x86_64")
                ? Finding.fine("drawings", "the embedded engine (installing graphviz makes SVG and PNG faster)")
                : new Finding(
                        "drawings",
                        "no dot on the PATH",
                        "install graphviz for SVG and PNG; .dot and .txt work without");
    }

    private static Finding fonts() {
        try {
            int fonts = GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames().length;
            return fonts > 0
                    ? Finding.fine("fonts", fonts + " families")
                    : new Finding("fonts", "none", "install fontconfig and a font for charts and PNG");
        } catch (Error | RuntimeException e) { // a JDK without its native font libraries fails in many ways
            return new Finding("fonts", "unusable, " + e, "install fontconfig and a font for charts and PNG");
        }
    }

    private static Finding cache() {
        Path folder = TokenCache.ofUser().folder();
        return canBeWritten(folder)
                ? Finding.fine("cache", folder.toString())
                : new Finding("cache", folder + " cannot be written", "let XDG_CACHE_HOME name another folder");
    }

    private static boolean canBeWritten(Path folder) {
        Path existing = folder;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing != null && Files.isWritable(existing);
    }

    private static Finding kernels() {
        Optional<ClassCache> cache;
        try {
            cache = ClassCache.ofUser();
        } catch (QuipuException e) {
            return new Finding(KERNELS, "a mistake", e.getMessage());
        }
        if (cache.isEmpty()) {
            return Finding.fine(KERNELS, "no cache of compiled kernels: it is turned off");
        }
        Path folder = cache.get().folder();
        if (!canBeWritten(folder)) {
            return new Finding(KERNELS, folder + " cannot be written", "let XDG_CACHE_HOME name another folder");
        }
        ClassCache.Contents contents = cache.get().contents();
        return Finding.fine(
                KERNELS,
                folder + ", " + contents.files() + " compiled, " + Quantity.bytes(contents.bytes()) + " of at most "
                        + Quantity.bytes(cache.get().mostBytes()));
    }
}
