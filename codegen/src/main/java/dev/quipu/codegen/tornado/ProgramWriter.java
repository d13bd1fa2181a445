package dev.quipu.codegen.tornado;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeSpec;
import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.compiler.precision.Precision;
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
    private static final String HOST = "dev.quipu.tornado";
    private static final String ITERATION = "iteration";
    private static final ClassName MEMORY = ClassName.get(HOST, "Memory");
    private static final ClassName STAGE = ClassName.get(HOST, "Stage");
    private static final ClassName PROGRAM = ClassName.get(HOST, "GeneratedProgram");
    private static final ClassName LIBRARY_PRODUCT = ClassName.get(HOST, "LibraryProduct");
    private static final ClassName TASK_GRAPH = ClassName.get(TornadoApi.PACKAGE, "TaskGraph");
    private static final ClassName GRIDS = ClassName.get(TornadoApi.PACKAGE, "GridScheduler");
    private static final ClassName TRANSFER = ClassName.get(TornadoApi.PACKAGE + ".enums", "DataTransferMode");

    private final TornadoProgram program;
    private final ClassName kernels;
    private final Map<String, DeviceArray> arrays = new LinkedHashMap<>();
    private final Map<String, String> fields = new HashMap<>();

    ProgramWriter(TornadoProgram program) {
        this.program = program;
        this.kernels = ClassName.get(TornadoProgram.PACKAGE, className(program.name()) + "Kernels");
        Set<String> taken = new LinkedHashSet<>(List.of("memory", "context", ITERATION, "graph", "grids"));
        for (DeviceArray array : program.arrays()) {
            arrays.put(array.name(), array);
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
        program.stages().forEach(stage -> type.addMethod(stage(stage)));
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
        String elements =
                switch (array.dtype()) {
                    case F32 -> "Floats";
                    case BF16 -> "Bfloats";
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

    private MethodSpec stage(TornadoProgram.Stage stage) {
        List<TornadoTask> tasks = program.tasks(stage);
        CodeBlock.Builder code = CodeBlock.builder();
        code.addStatement("$T graph = new $T($S)", TASK_GRAPH, TASK_GRAPH, stage.name());
        String places = fields.get(TornadoProgram.places(stage));
        if (stage.runs() == 1) {
            code.addStatement("graph.transferToDevice($T.FIRST_EXECUTION, $L, $L)", TRANSFER, places, ITERATION);
        } else {
            code.addStatement("graph.transferToDevice($T.FIRST_EXECUTION, $L)", TRANSFER, places);
            code.addStatement("graph.transferToDevice($T.EVERY_EXECUTION, $L)", TRANSFER, ITERATION);
        }
        code.addStatement("graph.consumeFromDevice(memory.resident())");
        int stride = tasks.stream().mapToInt(task -> task.bases().size()).sum();
        int entry = 0;
        List<String> ids = program.taskIds(stage);
        for (int i = 0; i < tasks.size(); i++) {
            TornadoTask task = tasks.get(i);
            String id = ids.get(i);
            if (task.call().isPresent()) {
                code.add(libraryTask(id, task, task.call().get(), List.of(ITERATION, places, "" + entry, "" + stride)));
                entry += task.bases().size();
                continue;
            }
            CodeBlock.Builder arguments = CodeBlock.builder();
            List<String> names = new ArrayList<>(List.of("context", ITERATION, places, "" + entry, "" + stride));
            task.distinctArrays().forEach(array -> names.add(fields.get(array)));
            names.forEach(name -> arguments.add(",$W$L", name));
            code.addStatement(
                    "graph.task($S,$W$T::$L$L)", id, kernels, task.kernel().name(), arguments.build());
            code.addStatement(
                    "grids.addWorkerGrid($S,$W$T.grid($L, $L))",
                    stage.name() + "." + id,
                    MEMORY,
                    task.kernel().groups(),
                    task.kernel().items());
            entry += task.bases().size();
        }
        List<String> results = results(stage);
        if (!results.isEmpty()) {
            code.addStatement("graph.transferToHost($T.EVERY_EXECUTION, $L)", TRANSFER, String.join(", ", results));
        }
        code.addStatement("return new $T(graph, $L, $L, $L)", STAGE, stage.runs(), ITERATION, isRecordable(stage));
        return MethodSpec.methodBuilder("stage" + program.stages().indexOf(stage))
                .addModifiers(Modifier.PRIVATE)
                .addJavadoc("$L\n", comment(stage))
                .returns(STAGE)
                .addParameter(GRIDS, "grids")
                .addCode(code.build())
                .build();
    }

    private CodeBlock libraryTask(String id, TornadoTask task, LibraryCall call, List<String> places) {
        MatrixProduct product = call.product();
        CodeBlock.Builder arguments = CodeBlock.builder();
        arguments.add("$L", String.join(", ", places));
        task.arrays().forEach(array -> arguments.add(",$W$L", fields.get(array)));
        return CodeBlock.builder()
                .addStatement(
                        "graph.libraryTask($S,$W$T::descriptor,$Wnew $T($L)"
                                + "$Z.sizes($L, $L, $L, $L)$Z.transposed($L, $L)$Z.adding($L)$Z.rounding($L))",
                        id,
                        LIBRARY_PRODUCT,
                        LIBRARY_PRODUCT,
                        arguments.build(),
                        product.batch(),
                        product.rows(),
                        product.columns(),
                        product.depth(),
                        product.transposeLeft(),
                        product.transposeRight(),
                        call.accumulate(),
                        program.scheduled().precision() == Precision.TF32)
                .build();
    }

    /** A library is told the places of matrices by the host, once for a recording; kernels read them on the device. */
    private boolean isRecordable(TornadoProgram.Stage stage) {
        return stage.runs() == 1
                || program.tasks(stage).stream().allMatch(task -> task.call().isEmpty());
    }

    /**
     * The results that these tasks write, and no later stage does. Behind a graph that only reads an array TornadoVM copies
     * nothing to the host, and says nothing.
     */
    private List<String> results(TornadoProgram.Stage stage) {
        Set<String> later = new LinkedHashSet<>();
        for (TornadoProgram.Stage other : program.stages()) {
            if (other.start() > stage.start()) {
                program.tasks(other).forEach(task -> later.addAll(task.written()));
            }
        }
        List<TornadoTask> tasks = program.tasks(stage);
        Set<String> written =
                tasks.stream().flatMap(task -> task.written().stream()).collect(Collectors.toSet());
        return tasks.stream()
                .flatMap(task -> task.arrays().stream())
                .distinct()
                .filter(written::contains)
                .filter(array -> arrays.get(array).content() instanceof DeviceArray.Content.Result)
                .filter(array -> !later.contains(array))
                .map(fields::get)
                .toList();
    }

    /** {@code 34 tasks, 8 times: layers.0 to layers.7.} */
    private String comment(TornadoProgram.Stage stage) {
        String size = stage.size() == 1 ? "1 task" : stage.size() + " tasks";
        String runs = stage.runs() == 1 ? "once" : stage.runs() + " times";
        List<String> layers =
                program.tasks().subList(stage.start(), stage.start() + stage.size() * stage.runs()).stream()
                        .map(task -> layer(program.launches().get(task.launch())))
                        .filter(layer -> !layer.isEmpty())
                        .distinct()
                        .collect(Collectors.toList());
        String where = layers.isEmpty()
                ? ""
                : ": " + layers.getFirst() + (layers.size() == 1 ? "" : " to " + layers.getLast());
        return size + ", " + runs + where + ".";
    }

    private static String layer(BoundLaunch launch) {
        String layer = launch.cluster().head().site().layer();
        String element = RepeatedBlocks.element(layer);
        return element.isEmpty() ? layer : element;
    }
}
