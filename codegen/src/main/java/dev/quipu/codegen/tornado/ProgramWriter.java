package dev.quipu.codegen.tornado;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Modifier;

/** Prints the class of a program's kernels and the class that builds its task graphs. It only prints. */
final class ProgramWriter {
    static final String HOST = "dev.quipu.tornado";
    static final String ITERATION = "iteration";
    static final ClassName MEMORY = ClassName.get(HOST, "Memory");
    static final ClassName STAGE = ClassName.get(HOST, "Stage");
    private static final ClassName PROGRAM = ClassName.get(HOST, "GeneratedProgram");
    static final ClassName GRIDS = ClassName.get(TornadoApi.PACKAGE, "GridScheduler");

    private final TornadoProgram program;
    private final ClassName kernels;
    private final Map<String, String> fields = new HashMap<>();

    ProgramWriter(TornadoProgram program) {
        this.program = program;
        this.kernels = ClassName.get(TornadoProgram.PACKAGE, className(program.name()) + "Kernels");
        Set<String> taken = new LinkedHashSet<>(List.of("memory", "context", ITERATION, "graph", "grids"));
        for (DeviceArray array : program.arrays()) {
            fields.put(array.name(), field(array.name(), taken));
        }
    }

    /** {@code Gradient} for the program {@code gradient}. */
    static String className(String program) {
        return Character.toUpperCase(program.charAt(0)) + program.substring(1);
    }

    /** An identifier after an array's name; the program's own arrays go without its name. */
    private String field(String array, Set<String> taken) {
        String own = array.startsWith(program.name() + ".")
                ? array.substring(program.name().length() + 1)
                : array;
        String name = own.replaceAll("[^A-Za-z0-9]+", "_");
        String base = SourceVersion.isName(name) ? name : "array_" + name;
        String unique = base;
        for (int i = 2; !taken.add(unique); i++) {
            unique = base + "_" + i;
        }
        return unique;
    }

    List<TornadoProgram.Source> sources() {
        return List.of(
                new TornadoProgram.Source(kernels.simpleName(), kernelClass()),
                new TornadoProgram.Source(className(program.name()), programClass()));
    }

    private String kernelClass() {
        Map<String, MethodSpec> methods = new LinkedHashMap<>();
        for (TornadoTask task : program.tasks()) {
            if (task.call().isEmpty()) {
                methods.computeIfAbsent(
                        task.kernel().name(), name -> TornadoKernelWriter.method(task.kernel(), task.parameters()));
            }
        }
        return TornadoKernelWriter.file(
                kernels.simpleName(),
                List.of("Kernels of the program " + program.name() + ", in the order in which they first run."),
                new ArrayList<>(methods.values()));
    }

    private String programClass() {
        TypeSpec.Builder type = TypeSpec.classBuilder(className(program.name()))
                .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
                .addSuperinterface(PROGRAM)
                .addJavadoc("The task graphs of the program $L.\n", program.name());
        type.addField(MEMORY, "memory", Modifier.PRIVATE, Modifier.FINAL);
        type.addField(FieldSpec.builder(TornadoApi.KERNEL_CONTEXT, "context", Modifier.PRIVATE, Modifier.FINAL)
                .initializer("new $T()", TornadoApi.KERNEL_CONTEXT)
                .build());
        program.arrays()
                .forEach(array ->
                        type.addField(arrayType(array), fields.get(array.name()), Modifier.PRIVATE, Modifier.FINAL));
        type.addField(FieldSpec.builder(TornadoApi.INT_ARRAY, ITERATION, Modifier.PRIVATE, Modifier.FINAL)
                .addJavadoc("The number of the run that a stage is in.\n")
                .initializer("new $T(1)", TornadoApi.INT_ARRAY)
                .build());
        type.addMethod(constructor()).addMethod(name()).addMethod(inputs()).addMethod(stages());
        for (int i = 0; i < program.stages().size(); i++) {
            type.addMethod(new StageWriter(program, program.stages().get(i), kernels, fields).method(i));
        }
        return JavaFile.builder(TornadoProgram.PACKAGE, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build()
                .toString();
    }

    private static ClassName arrayType(DeviceArray array) {
        return switch (array.dtype()) {
            case F32 -> TornadoApi.FLOAT_ARRAY;
            case BF16 -> TornadoApi.BFLOAT_ARRAY;
            case INT8 -> throw new AssertionError("no GPU's array: " + array);
            case I32 -> TornadoApi.INT_ARRAY;
        };
    }

    private MethodSpec constructor() {
        MethodSpec.Builder method = MethodSpec.constructorBuilder()
                .addModifiers(Modifier.PUBLIC)
                .addParameter(MEMORY, "memory")
                .addStatement("this.memory = memory");
        for (DeviceArray array : program.arrays()) {
            method.addStatement(
                    "$L = memory.$L($S, $L)", fields.get(array.name()), request(array), array.name(), array.elements());
        }
        return method.build();
    }

    /** Which of the memory's methods gives the array: its contents come from the host once, before every run, or never. */
    private static String request(DeviceArray array) {
        String elements = switch (array.dtype()) {
            case F32 -> "Floats";
            case BF16 -> "Bfloats";
            case INT8 -> throw new AssertionError("no GPU's array: " + array);
            case I32 -> "Integers";
        };
        return switch (array.content()) {
            case DeviceArray.Content.Passing passing -> "device" + elements;
            case DeviceArray.Content.Result result -> "device" + elements;
            case DeviceArray.Content.State state -> elements.toLowerCase(Locale.ROOT);
            case DeviceArray.Content.Table table -> elements.toLowerCase(Locale.ROOT);
            case DeviceArray.Content.Input input -> "input" + elements;
            case DeviceArray.Content.Numbers numbers -> "numbers";
        };
    }

    private MethodSpec name() {
        return MethodSpec.methodBuilder("name")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(String.class)
                .addStatement("return $S", program.name())
                .build();
    }

    private MethodSpec inputs() {
        String inputs = program.arrays().stream()
                .filter(array -> array.content() instanceof DeviceArray.Content.Input)
                .map(array -> fields.get(array.name()))
                .collect(Collectors.joining(", "));
        return MethodSpec.methodBuilder("inputs")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(ParameterizedTypeName.get(List.class, Object.class))
                .addStatement("return $T.of($L)", List.class, inputs)
                .build();
    }

    private MethodSpec stages() {
        CodeBlock.Builder calls = CodeBlock.builder();
        for (int i = 0; i < program.stages().size(); i++) {
            calls.add(i == 0 ? "" : ",$W").add("stage$L(grids)", i);
        }
        return MethodSpec.methodBuilder("stages")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(ParameterizedTypeName.get(ClassName.get(List.class), STAGE))
                .addParameter(GRIDS, "grids")
                .addStatement("return $T.of($L)", List.class, calls.build())
                .build();
    }
}
