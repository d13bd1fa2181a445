package dev.quipu.runtime.tornado;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;

/** Settings of TornadoVM, which it reads when its first class is loaded. */
final class TornadoStart {
    private static final String ANNOTATIONS = "tornado.load.annotation.implementation";
    private static boolean prepared;

    private TornadoStart() {}

    /** Sets what is not set on the command line; only before the first use of TornadoVM has it any effect. */
    static synchronized void prepare() {
        if (prepared) {
            return;
        }
        prepared = true;
        // An error must not end in the kernel being run in Java.
        set("tornado.recover.bailout", "False");
        // Graphs of 256 tasks of 20 arguments.
        set("tornado.tvm.maxbytecodesize", "262144");
        // A budget of TornadoVM's own, from before it knows a device. What fits is checked: see DeviceRoom.
        set("tornado.device.memory", "1000000GB");
        // The backend cuda would pin host memory behind all arrays, and so commit it for those of the device alone.
        set("tornado.cuda.host.pinning", "False");
        // Without fast relaxed math, which breaks tests for NaN.
        set("tornado.opencl.compiler.flags", "-w");
        // No search for @Reduce before every execution.
        set("tornado.experimental.reduce", "False");
        System.setProperty(ANNOTATIONS, noAnnotations().getName());
    }

    private static void set(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * TornadoVM looks for its annotations in class files on the class path, where generated classes have none. Kernels
     * over a KernelContext have no annotations, which is what this class says; it implements an interface of
     * TornadoVM's, so it is made here:
     *
     * <pre>
     * public final class NoAnnotations implements ASMClassVisitorProvider {
     *     public ParallelAnnotationProvider[] getParallelAnnotations(ResolvedJavaMethod method) {
     *         return new ParallelAnnotationProvider[0];
     *     }
     * }
     * </pre>
     */
    private static Class<?> noAnnotations() {
        ClassDesc annotation = ClassDesc.of("uk.ac.manchester.tornado.runtime.common.ParallelAnnotationProvider");
        MethodTypeDesc signature =
                MethodTypeDesc.of(annotation.arrayType(), ClassDesc.of("jdk.vm.ci.meta.ResolvedJavaMethod"));
        byte[] classFile = ClassFile.of()
                .build(
                        ClassDesc.of(TornadoStart.class.getPackageName() + ".NoAnnotations"),
                        type -> type.withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL, AccessFlag.SUPER)
                                .withInterfaceSymbols(
                                        ClassDesc.of("uk.ac.manchester.tornado.runtime.ASMClassVisitorProvider"))
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.aload(0)
                                                .invokespecial(
                                                        ConstantDescs.CD_Object,
                                                        ConstantDescs.INIT_NAME,
                                                        ConstantDescs.MTD_void)
                                                .return_())
                                .withMethodBody(
                                        "getParallelAnnotations",
                                        signature,
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.iconst_0()
                                                .anewarray(annotation)
                                                .areturn()));
        try {
            return MethodHandles.lookup().defineClass(classFile);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
