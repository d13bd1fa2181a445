package dev.quipu.runtime.tornado;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.tornado.Products;
import dev.quipu.codegen.tornado.TornadoApi;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.runtime.compilation.SourceCompiler;
import dev.quipu.runtime.emulator.Instrumentation;
import dev.quipu.runtime.emulator.Windows;
import dev.quipu.tornado.Computation;
import dev.quipu.tornado.Session;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** The emulator's classes: programs see them where they would see TornadoVM's, and their kernels are instrumented. */
final class EmulatorToolkit implements Toolkit {
    private final SourceCompiler compiler = new SourceCompiler(List.of(SourceCompiler.home(Session.class)), List.of());

    /** Programs by their classes. */
    private final Map<Class<?>, TornadoProgram> loaded = Collections.synchronizedMap(new WeakHashMap<>());

    private final Products products;
    private final GpuTarget target;

    EmulatorToolkit(Products products, GpuTarget target) {
        this.products = products;
        this.target = target;
    }

    @Override
    public Products products() {
        return products;
    }

    @Override
    public Class<?> load(TornadoProgram program) {
        Map<String, byte[]> classFiles = compiler.compile(Sources.of(program, TornadoApi::emulated), Map.of());
        classFiles.replaceAll((name, bytes) -> Instrumentation.instrument(bytes));
        Class<?> type = Sources.load(program, new MemoryClassLoader(Session.class.getClassLoader(), classFiles));
        loaded.put(type, program);
        return type;
    }

    @Override
    public GpuTarget target() {
        return target;
    }

    @Override
    public Computation start(
            List<Class<?>> programs,
            Map<String, MemorySegment> provided,
            List<List<String>> together,
            boolean measured) {
        Session session = new Session(programs, provided, together, "", !measured);
        programs.forEach(type -> Windows.declare(loaded.get(type), session.memory()::array));
        return session;
    }

    /** The emulator's memory is the machine's: what is not there is missed where it is allocated. */
    @Override
    public void requireRoom(Map<String, Long> arrays, long others) {}

    @Override
    public RuntimeException explain(RuntimeException failure, long bytes) {
        return failure;
    }
}
