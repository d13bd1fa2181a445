package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.KernelContext;
import dev.quipu.runtime.emulator.api.enums.MMAShape;
import dev.quipu.runtime.emulator.api.types.HalfFloat;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LocalVariable;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/** Rewrites a kernel's instructions one by one. */
final class KernelCode implements CodeTransform {
    private static final ClassDesc CHECKS = describe(Checks.class);
    private static final ClassDesc CONTEXT = describe(KernelContext.class);
    private static final ClassDesc FLOATS = describe(KernelFloats.class);
    private static final ClassDesc INTS = describe(KernelInts.class);
    private static final ClassDesc ARRAY = describe(KernelArray.class);
    private static final ClassDesc SUMS = describe(float[].class);
    private static final ClassDesc HALVES = describe(HalfFloat[].class);
    private static final ClassDesc INT = ConstantDescs.CD_int;
    private static final MethodTypeDesc OF_ONE = MethodTypeDesc.of(INT, INT);
    private static final MethodTypeDesc OF_TWO = MethodTypeDesc.of(INT, INT, INT);

    private final LocalNames names;
    private int position = -1;
    private int line;

    KernelCode(LocalNames names) {
        this.names = names;
    }

    static ClassDesc describe(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
        position++;
        switch (element) {
            case LineNumber number -> {
                line = number.line();
                code.with(number);
            }
            case LocalVariable variable ->
                code.localVariable(
                        variable.slot(),
                        variable.name().stringValue(),
                        replaced(variable.typeSymbol()),
                        variable.startScope(),
                        variable.endScope());
            case NewPrimitiveArrayInstruction creation -> allocate(code, creation.typeKind());
            case ArrayLoadInstruction load
            when load.typeKind() == TypeKind.FLOAT || load.typeKind() == TypeKind.INT -> {
                ClassDesc type = load.typeKind().upperBound();
                code.invokevirtual(
                        load.typeKind() == TypeKind.FLOAT ? FLOATS : INTS, "get", MethodTypeDesc.of(type, INT));
            }
            case ArrayStoreInstruction store
            when store.typeKind() == TypeKind.FLOAT || store.typeKind() == TypeKind.INT -> {
                MethodTypeDesc type = MethodTypeDesc.of(
                        ConstantDescs.CD_void, INT, store.typeKind().upperBound());
                code.invokevirtual(store.typeKind() == TypeKind.FLOAT ? FLOATS : INTS, "set", type);
            }
            case InvokeInstruction call
            when call.owner().asSymbol().equals(CONTEXT) ->
                context(code, call, call.name().stringValue());
            case IncrementInstruction increment -> {
                code.iload(increment.slot()).loadConstant(increment.constant());
                code.invokestatic(CHECKS, "add", OF_TWO).istore(increment.slot());
            }
            case OperatorInstruction operator -> calculate(code, operator);
            default -> code.with(element);
        }
    }

    private static ClassDesc replaced(ClassDesc type) {
        return switch (type.descriptorString()) {
            case "[F" -> FLOATS;
            case "[I" -> INTS;
            default -> type;
        };
    }

    private void allocate(CodeBuilder code, TypeKind kind) {
        boolean floats = kind == TypeKind.FLOAT;
        if (!floats && kind != TypeKind.INT) {
            throw new AssertionError("a kernel may have arrays of float and int, not of " + kind);
        }
        code.loadConstant(names.takerOf(position));
        MethodTypeDesc type = MethodTypeDesc.of(floats ? FLOATS : INTS, INT, ConstantDescs.CD_String);
        code.invokestatic(CHECKS, floats ? "itemFloats" : "itemInts", type);
    }

    private void context(CodeBuilder code, InvokeInstruction call, String name) {
        switch (name) {
            case "localBarrier" -> {
                code.loadConstant(line);
                code.invokestatic(CHECKS, "barrier", MethodTypeDesc.of(ConstantDescs.CD_void, CONTEXT, INT));
            }
            case "allocateFloatLocalArray" -> share(code, "groupFloats", FLOATS);
            case "allocateIntLocalArray" -> share(code, "groupInts", INTS);
            case "mmaFragment" -> matrix(code, "fragment", SUMS, ConstantDescs.CD_float);
            case "mmaLoadA" -> matrix(code, "loadLeft", HALVES, INTS, INT, INT);
            case "mmaLoadB" -> matrix(code, "loadRight", HALVES, INTS, INT, INT);
            case "mmaBF16" -> matrix(code, "multiplyAdd", SUMS, HALVES, HALVES, SUMS, describe(MMAShape.class));
            case "mmaStore" ->
                matrix(code, "store", ConstantDescs.CD_void, SUMS, describe(FloatArray.class), INT, INT, INT);
            default -> code.with(call);
        }
    }

    /** A call of the matrix unit: the context, the operands, and the line. */
    private void matrix(CodeBuilder code, String method, ClassDesc result, ClassDesc... operands) {
        code.loadConstant(line);
        List<ClassDesc> parameters = new ArrayList<>(List.of(CONTEXT));
        parameters.addAll(List.of(operands));
        parameters.add(INT);
        code.invokestatic(describe(MatrixUnit.class), method, MethodTypeDesc.of(result, parameters));
    }

    private void share(CodeBuilder code, String method, ClassDesc type) {
        code.loadConstant(names.takerOf(position));
        code.invokestatic(CHECKS, method, MethodTypeDesc.of(type, CONTEXT, INT, ConstantDescs.CD_String));
    }

    private static void calculate(CodeBuilder code, OperatorInstruction operator) {
        switch (operator.opcode()) {
            case Opcode.IADD -> code.invokestatic(CHECKS, "add", OF_TWO);
            case Opcode.ISUB -> code.invokestatic(CHECKS, "subtract", OF_TWO);
            case Opcode.IMUL -> code.invokestatic(CHECKS, "multiply", OF_TWO);
            case Opcode.IDIV -> code.invokestatic(CHECKS, "divide", OF_TWO);
            case Opcode.IREM -> code.invokestatic(CHECKS, "remainder", OF_TWO);
            case Opcode.ISHL -> code.invokestatic(CHECKS, "shiftLeft", OF_TWO);
            case Opcode.IUSHR -> code.invokestatic(CHECKS, "unsignedShiftRight", OF_TWO);
            case Opcode.INEG -> code.invokestatic(CHECKS, "negate", OF_ONE);
            case Opcode.ARRAYLENGTH -> code.invokeinterface(ARRAY, "length", MethodTypeDesc.of(INT));
            default -> code.with(operator);
        }
    }
}
