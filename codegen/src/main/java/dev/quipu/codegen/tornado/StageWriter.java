package dev.quipu.codegen.tornado;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import dev.quipu.codegen.gpu.GpuKernel;
import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.compiler.precision.Precision;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** Prints the method that builds a stage's task graph: transfers, tasks, their grids. */
final class StageWriter {
    private static final String ITERATION = ProgramWriter.ITERATION;
    private static final ClassName STAGE = ProgramWriter.STAGE;
    private static final ClassName GRIDS = ProgramWriter.GRIDS;
    private static final ClassName LIBRARY_PRODUCT = ClassName.get(ProgramWriter.HOST, "LibraryProduct");
    private static final ClassName TASK_GRAPH = ClassName.get(TornadoApi.PACKAGE, "TaskGraph");
    private static final ClassName TRANSFER = ClassName.get(TornadoApi.PACKAGE + ".enums", "DataTransferMode");

    private final TornadoProgram program;
    private final TornadoProgram.Stage stage;
    private final List<TornadoTask> tasks;
    private final ClassName kernels;
    private final Map<String, String> fields;
    private final String places;

    /**
     * @param kernels the class of the kernels
     * @param fields of the program's class, by the arrays' names
     */
    StageWriter(TornadoProgram program, TornadoProgram.Stage stage, ClassName kernels, Map<String, String> fields) {
        this.program = program;
        this.stage = stage;
        this.tasks = program.tasks(stage);
        this.kernels = kernels;
        this.fields = fields;
        this.places = fields.get(TornadoProgram.places(stage));
    }

    /** The method number {@code index} of the class. */
    MethodSpec method(int index) {
        CodeBlock.Builder code = CodeBlock.builder();
        code.addStatement("$T graph = new $T($S)", TASK_GRAPH, TASK_GRAPH, stage.name());
        if (stage.runs() == 1) {
            code.addStatement("graph.transferToDevice($T.FIRST_EXECUTION, $L, $L)", TRANSFER, places, ITERATION);
        } else {
            code.addStatement("graph.transferToDevice($T.FIRST_EXECUTION, $L)", TRANSFER, places);
            code.addStatement("graph.transferToDevice($T.EVERY_EXECUTION, $L)", TRANSFER, ITERATION);
        }
        code.addStatement("graph.consumeFromDevice(memory.resident())");
        addTasks(code);
        List<String> results = results();
        if (!results.isEmpty()) {
            code.addStatement("graph.transferToHost($T.EVERY_EXECUTION, $L)", TRANSFER, String.join(", ", results));
        }
        code.addStatement("return new $T(graph, $L, $L, $L)", STAGE, stage.runs(), ITERATION, isRecordable());
        return MethodSpec.methodBuilder("stage" + index)
                .addModifiers(Modifier.PRIVATE)
                .addJavadoc("$L\n", comment())
                .returns(STAGE)
                .addParameter(GRIDS, "grids")
                .addCode(code.build())
                .build();
    }

    private void addTasks(CodeBlock.Builder code) {
        int stride = tasks.stream().mapToInt(task -> task.bases().size()).sum();
        int entry = 0;
        List<String> ids = program.taskIds(stage);
        for (int i = 0; i < tasks.size(); i++) {
            TornadoTask task = tasks.get(i);
            List<String> numbers = List.of(ITERATION, places, "" + entry, "" + stride);
            code.add(
                    task.call().isPresent()
                            ? libraryTask(ids.get(i), task, task.call().get(), numbers)
                            : kernelTask(ids.get(i), task, numbers));
            entry += task.bases().size();
        }
    }

    private CodeBlock kernelTask(String id, TornadoTask task, List<String> numbers) {
        GpuKernel kernel = task.kernel();
        CodeBlock.Builder arguments = CodeBlock.builder().add(",$Wcontext");
        numbers.forEach(number -> arguments.add(",$W$L", number));
        task.distinctArrays().forEach(array -> arguments.add(",$W$L", fields.get(array)));
        return CodeBlock.builder()
                .addStatement("graph.task($S,$W$T::$L$L)", id, kernels, kernel.name(), arguments.build())
                .addStatement(
                        "grids.addWorkerGrid($S,$W$T.grid($L, $L))",
                        stage.name() + "." + id,
                        ProgramWriter.MEMORY,
                        kernel.groups(),
                        kernel.items())
                .build();
    }

    private CodeBlock libraryTask(String id, TornadoTask task, LibraryCall call, List<String> numbers) {
        MatrixProduct product = call.product();
        CodeBlock.Builder arguments = CodeBlock.builder();
        arguments.add("$L", String.join(", ", numbers));
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
    private boolean isRecordable() {
        return stage.runs() == 1 || tasks.stream().allMatch(task -> task.call().isEmpty());
    }

    /**
     * The results that these tasks write, and no later stage does. Behind a graph that only reads an array TornadoVM copies
     * nothing to the host, and says nothing.
     */
    private List<String> results() {
        Set<String> results = program.arrays().stream()
                .filter(array -> array.content() instanceof DeviceArray.Content.Result)
                .map(DeviceArray::name)
                .collect(Collectors.toSet());
        results.retainAll(written(stage));
        program.stages().stream()
                .filter(other -> other.start() > stage.start())
                .forEach(other -> results.removeAll(written(other)));
        return tasks.stream()
                .flatMap(task -> task.arrays().stream())
                .distinct()
                .filter(results::contains)
                .map(fields::get)
                .toList();
    }

    private Set<String> written(TornadoProgram.Stage of) {
        return program.tasks(of).stream()
                .flatMap(task -> task.written().stream())
                .collect(Collectors.toSet());
    }

    /** {@code 34 tasks, 8 times: layers.0 to layers.7.} */
    private String comment() {
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
