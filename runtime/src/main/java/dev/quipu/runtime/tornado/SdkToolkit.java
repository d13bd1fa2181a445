package dev.quipu.runtime.tornado;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.tornado.Products;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.compilation.Source;
import dev.quipu.runtime.compilation.SourceCompiler;
import dev.quipu.runtime.cublas.Cublas;
import dev.quipu.tornado.Computation;
import dev.quipu.tornado.Session;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * A TornadoVM SDK: the host's classes and generated programs are compiled against its API. The host's classes that
 * Quipu itself was compiled with see the emulator, so those of here have a class loader of their own; only the
 * interface between the two worlds is shared.
 */
final class SdkToolkit implements Toolkit {
    /** The backend that tells a library which stream to work on. */
    static final String CUDA = "cuda";

    /** The system property that, when it is {@code false}, keeps the driver from recording: to see what that is worth. */
    static final String GRAPHS = "quipu.cuda.graphs";

    private final TornadoGpu gpu;
    private final DeviceRoom room;
    private final Products products;
    private final SourceCompiler compiler;
    private final Map<String, byte[]> hostFiles;
    private final ClassLoader host;

    SdkToolkit(Sdk sdk, TornadoGpu gpu) {
        this.gpu = gpu;
        room = new DeviceRoom(gpu, () -> gpu.api().equals(CUDA) ? CudaMemory.free(gpu.bytes()) : OptionalLong.empty());
        products = gpu.api().equals(CUDA) && Cublas.find().isPresent() ? Products.LIBRARY : Products.GENERATED;
        LibraryProvider.define(sdk);
        compiler = new SourceCompiler(List.of(sdk.apiJar()), List.of());
        List<Source> sources = new ArrayList<>();
        HostSources.all()
                .forEach((name, text) -> sources.add(
                        new Source(Session.class.getPackageName(), name, text, List.of("Quipu's own source"))));
        hostFiles = compiler.compile(sources, Map.of());
        Map<String, byte[]> own = new HashMap<>(hostFiles);
        own.remove(Computation.class.getName());
        host = new MemoryClassLoader(SdkToolkit.class.getClassLoader(), own);
    }

    /** By cuBLAS, where that can be: on the CUDA backend, if the system finds the library. */
    @Override
    public Products products() {
        return products;
    }

    @Override
    public Class<?> load(TornadoProgram program) {
        Map<String, byte[]> classFiles = compiler.compile(Sources.of(program, UnaryOperator.identity()), hostFiles);
        return Sources.load(program, new MemoryClassLoader(host, classFiles));
    }

    @Override
    public GpuTarget target() {
        return gpu.target();
    }

    @Override
    public void requireRoom(Map<String, Long> arrays, long others) {
        room.require(arrays, others);
    }

    @Override
    @SuppressWarnings("RethrowReflectiveOperationExceptionAsLinkageError") // the host's classes are ours
    public Computation start(
            List<Class<?>> programs,
            Map<String, MemorySegment> provided,
            List<List<String>> together,
            boolean measured) {
        try {
            return (Computation) host.loadClass(Session.class.getName())
                    .getConstructor(List.class, Map.class, List.class, String.class, boolean.class)
                    .newInstance(
                            programs,
                            provided,
                            together,
                            gpu.backend() + ":" + gpu.device(),
                            !measured && recordsGraphs());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new AssertionError(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Of TornadoVM's backends cuda alone hands out the stream for a library's tasks, and records those with the kernels. */
    private boolean recordsGraphs() {
        return gpu.api().equals(CUDA) && !gpu.isVirtual() && !"false".equals(System.getProperty(GRAPHS));
    }

    @Override
    public RuntimeException explain(RuntimeException failure, long bytes) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getClass().getSimpleName().equals("TornadoOutOfMemoryException")) {
                QuipuException full = room.refused(bytes);
                full.addSuppressed(failure);
                return full;
            }
        }
        return failure;
    }
}
