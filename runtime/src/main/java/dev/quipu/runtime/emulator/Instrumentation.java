package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.KernelContext;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodBuilder;
import java.lang.classfile.MethodElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.MethodParametersAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;

/**
 * Prepares compiled classes for the emulator: in kernels, the static methods whose first parameter is a {@link KernelContext},
 * arrays become {@link KernelArray}s, and barriers, allocations and whole-number arithmetic become calls of {@link Checks}.
 */
public final class Instrumentation {
    private static final ClassDesc CONTEXT = KernelCode.describe(KernelContext.class);

    private Instrumentation() {}

    /**
     * The class file of a class of a printed program, ready for a class loader that finds the emulator's classes.
     *
     * @param classFile compiled with {@code -g}, so that faults have lines and names
     */
    public static byte[] instrument(byte[] classFile) {
        ClassFile format = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy()));
        ClassModel model = format.parse(classFile);
        return format.transformClass(model, (ClassTransform) (builder, element) -> {
            if (element instanceof MethodModel method && isKernel(method)) {
                builder.transformMethod(method, (kernel, part) -> prepare(kernel, part, method));
            } else {
                builder.with(element);
            }
        });
    }

    private static ClassHierarchyResolver hierarchy() {
        ClassLoader own = Instrumentation.class.getClassLoader();
        return ClassHierarchyResolver.ofResourceParsing(own).orElse(ClassHierarchyResolver.defaultResolver());
    }

    private static boolean isKernel(MethodModel method) {
        MethodTypeDesc type = method.methodTypeSymbol();
        return method.flags().has(AccessFlag.STATIC)
                && type.parameterCount() > 0
                && type.parameterType(0).equals(CONTEXT);
    }

    private static void prepare(MethodBuilder kernel, MethodElement part, MethodModel method) {
        switch (part) {
            case CodeModel code -> {
                LocalNames locals = LocalNames.of(code);
                kernel.with(MethodParametersAttribute.of(locals.parameters(method.methodTypeSymbol())));
                kernel.transformCode(code, new KernelCode(locals));
            }
            case MethodParametersAttribute names -> {} // written anew, from the variables' names
            default -> kernel.with(part);
        }
    }
}
