package dev.quipu.codegen.tornado;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.quipu.codegen.gpu.GpuKernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;

/**
 * Prints kernels as static methods for TornadoVM:
 *
 * <pre>{@code
 * MethodSpec method = TornadoKernelWriter.method(kernel, List.of("arena", "arena", "layers_norm_weight"));
 * String source = TornadoKernelWriter.file("GradientKernels", List.of("..."), List.of(method));
 * String emulated = TornadoApi.emulated(source);
 * }</pre>
 *
 * <p>A method's parameters are the {@code context}, the buffers {@code iteration} and {@code places}, the numbers {@code entry}
 * and {@code stride}, and each array once. Memory number i begins at element {@code places[iteration[0] * stride + entry + i]}
 * of its array. It only prints: {@link dev.quipu.codegen.gpu.GpuSubset} has checked the kernel.
 */
public final class TornadoKernelWriter {
    /** Package of the generated classes. */
    public static final String PACKAGE = "dev.quipu.generated";

    /** The parameters before the arrays. */
    public static final List<String> LEADING_PARAMETERS = List.of("context", "iteration", "places", "entry", "stride");

    private static final int COMMENT_COLUMNS = 110;
    private static final String PLACE = "place";

    /** Class names, and places where a line may break. */
    private static final Pattern MARKS =
            Pattern.compile("\\bTornadoMath\\b|\\bBFloat16\\b|\\bMMAShape\\b|(?<=,) | (?=(?:[-+*/%&|?:]|<<|>>) )");

    private final GpuKernel kernel;
    private final List<String> arrays;
    private final KernelNames names;
    private final TornadoExpressions expressions;

    private TornadoKernelWriter(GpuKernel kernel, List<String> arrays) {
        this.kernel = kernel;
        this.arrays = arrays;
        this.names = new KernelNames(LEADING_PARAMETERS, List.of(PLACE), arrays);
        for (int i = 0; i < arrays.size(); i++) {
            names.bind(kernel.memories().get(i).array().name(), arrays.get(i));
        }
        this.expressions = new TornadoExpressions(names::of);
    }

    /**
     * A kernel's method, with the kernel's name and comment.
     *
     * @param arrays the parameter that holds each memory of the kernel; memories with one name share one array; neither these
     *     names nor the kernel's are reserved ({@link ReservedNames#safe})
     */
    public static MethodSpec method(GpuKernel kernel, List<String> arrays) {
        if (arrays.size() != kernel.memories().size()) {
            throw new AssertionError(kernel.name() + " has " + kernel.memories().size() + " memories, not " + arrays);
        }
        for (String name :
                Stream.concat(Stream.of(kernel.name()), arrays.stream()).toList()) {
            if (ReservedNames.isReserved(name)) {
                throw new AssertionError(name + " is reserved: ReservedNames.safe");
            }
        }
        return new TornadoKernelWriter(kernel, List.copyOf(arrays)).method();
    }

    /** The source of a class of kernels' methods. */
    public static String file(String className, List<String> comment, List<MethodSpec> methods) {
        TypeSpec.Builder type = TypeSpec.classBuilder(className).addModifiers(Modifier.PUBLIC, Modifier.FINAL);
        comment.forEach(line -> type.addJavadoc("$L\n", line));
        type.addMethod(
                MethodSpec.constructorBuilder().addModifiers(Modifier.PRIVATE).build());
        methods.forEach(type::addMethod);
        return JavaFile.builder(PACKAGE, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build()
                .toString();
    }

    private MethodSpec method() {
        MethodSpec.Builder method =
                MethodSpec.methodBuilder(kernel.name()).addModifiers(Modifier.PUBLIC, Modifier.STATIC);
        kernel.comment().forEach(line -> method.addJavadoc("$L\n", folded(line)));
        method.addParameter(TornadoApi.KERNEL_CONTEXT, "context")
                .addParameter(TornadoApi.INT_ARRAY, "iteration")
                .addParameter(TornadoApi.INT_ARRAY, "places")
                .addParameter(TypeName.INT, "entry")
                .addParameter(TypeName.INT, "stride");
        parameters().forEach((name, type) -> method.addParameter(type, name));
        return method.addCode(prologue()).addCode(block(kernel.body())).build();
    }

    /** A line of a comment in as many lines as fit. */
    private static String folded(String comment) {
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (String word : comment.split(" ", -1)) {
            boolean full = column > 0 && column + 1 + word.length() > COMMENT_COLUMNS;
            String gap = column == 0 ? "" : full ? "\n    " : " ";
            text.append(gap).append(word);
            column = full ? 4 + word.length() : column + gap.length() + word.length();
        }
        return text.toString().replace(" \n", "\n"); // two spaces part a comment's columns
    }

    private Map<String, ClassName> parameters() {
        Map<String, ClassName> parameters = new LinkedHashMap<>();
        for (int i = 0; i < arrays.size(); i++) {
            ClassName type = TornadoApi.array(kernel.memories().get(i).array().type());
            ClassName other = parameters.putIfAbsent(arrays.get(i), type);
            if (other != null && !other.equals(type)) {
                throw new AssertionError(kernel.name() + ": " + arrays.get(i) + " holds i32 and f32");
            }
        }
        return parameters;
    }

    private CodeBlock prologue() {
        CodeBlock.Builder code = CodeBlock.builder();
        if (!kernel.memories().isEmpty()) {
            code.addStatement("int $L = iteration.get(0) * stride + entry", PLACE);
        }
        for (int i = 0; i < kernel.memories().size(); i++) {
            String base = names.of(kernel.memories().get(i).base().name());
            code.addStatement("int $L = places.get($L)", base, i == 0 ? PLACE : PLACE + " + " + i);
        }
        return code.build();
    }

    private CodeBlock block(List<Statement> statements) {
        CodeBlock.Builder code = CodeBlock.builder();
        statements.forEach(statement -> add(code, statement));
        return code.build();
    }

    private void add(CodeBlock.Builder code, Statement statement) {
        switch (statement) {
            case Statement.Declare declare ->
                code.addStatement(
                        "$T $L = $L",
                        type(declare.variable().type()),
                        names.of(declare.variable().name()),
                        print(declare.value()));
            case Statement.Assign assign ->
                code.addStatement("$L $L", names.of(assign.variable().name()), assigned(assign));
            case Statement.Store store -> code.addStatement("$L", store(store));
            case Statement.StoreMatrix store -> code.addStatement("$L", store(store));
            case Statement.For loop -> {
                String name = names.of(loop.variable().name());
                String step = loop.step() == 1 ? name + "++" : name + " += " + loop.step();
                code.beginControlFlow(
                        "for (int $L = $L; $L < $L; $L)",
                        name,
                        print(loop.from()),
                        name,
                        code(expressions.printBound(loop.to())),
                        step);
                code.add(block(loop.body())).endControlFlow();
            }
            case Statement.If choice -> {
                code.beginControlFlow("if ($L)", print(choice.condition())).add(block(choice.then()));
                if (!choice.otherwise().isEmpty()) {
                    code.nextControlFlow("else").add(block(choice.otherwise()));
                }
                code.endControlFlow();
            }
            case Statement.Comment comment -> code.add("// $L\n", comment.text());
            case Statement.Allocate allocate ->
                code.addStatement(
                        "$T $L = $L",
                        type(allocate.array().type()),
                        names.of(allocate.array().name()),
                        memory(allocate));
            case Statement.Barrier barrier -> code.addStatement("context.localBarrier()");
            case Statement.Call call -> throw TornadoExpressions.refused(call);
        }
    }

    /** What follows the variable's name: {@code x += y} for {@code x = x + y}. */
    private CodeBlock assigned(Statement.Assign assign) {
        if (assign.value() instanceof Value.Binary(BinaryOperator operator, Value left, Value right)
                && left.equals(assign.variable())) {
            return switch (operator) {
                case ADD -> CodeBlock.of("+= $L", print(right));
                case SUBTRACT -> CodeBlock.of("-= $L", print(right));
                case MULTIPLY -> CodeBlock.of("*= $L", print(right));
                case DIVIDE, REMAINDER, MIN, MAX, SHIFT_LEFT, SHIFT_RIGHT, AND ->
                    CodeBlock.of("= $L", print(assign.value()));
            };
        }
        return CodeBlock.of("= $L", print(assign.value()));
    }

    private static String memory(Statement.Allocate allocate) {
        return switch (allocate.sharing()) {
            case GROUP ->
                "context.allocate" + (allocate.array().type().equals(KernelType.WORDS) ? "Int" : "Float")
                        + "LocalArray(" + allocate.elements() + ")";
            case ITEM -> "new float[" + allocate.elements() + "]";
        };
    }

    private CodeBlock store(Statement.Store store) {
        String memory = expressions.print(store.memory());
        String address = expressions.print(store.address());
        String value = expressions.print(store.value());
        if (!TornadoExpressions.isParameter(store.memory())) {
            return code(memory + "[" + address + "] = " + value);
        }
        String element = TornadoExpressions.holdsBits(store.memory()) ? "BFloat16.bf16FromFloat(" + value + ")" : value;
        return code(memory + ".set(" + address + ", " + element + ")");
    }

    private CodeBlock store(Statement.StoreMatrix store) {
        String sums = expressions.print(store.sums());
        String memory = expressions.print(store.memory());
        String address = expressions.print(store.address());
        return code("context.mmaStore(" + sums + ", " + memory + ", 0, " + address + ", " + store.stride() + ")");
    }

    private static TypeName type(KernelType type) {
        return switch (type.kind()) {
            case BOOLEAN -> TypeName.BOOLEAN;
            case INT -> TypeName.INT;
            case FLOAT -> TypeName.FLOAT;
            case ARRAY, SUMS -> ArrayTypeName.of(TypeName.FLOAT);
            case WORDS -> ArrayTypeName.of(TypeName.INT);
            case LEFT, RIGHT -> ArrayTypeName.of(TornadoApi.HALF_FLOAT);
            case LONG, SEGMENT, BSEGMENT, ISEGMENT, FLOATS, BFLOATS, INTS -> throw TornadoExpressions.refused(type);
        };
    }

    private CodeBlock print(Value value) {
        return code(expressions.print(value));
    }

    /** Printed text whose class names JavaPoet imports and whose lines it may break. */
    private static CodeBlock code(String text) {
        CodeBlock.Builder code = CodeBlock.builder();
        Matcher marks = MARKS.matcher(text);
        int end = 0;
        while (marks.find()) {
            code.add("$L", text.substring(end, marks.start()));
            switch (marks.group()) {
                case " " -> code.add("$W");
                case "BFloat16" -> code.add("$T", TornadoApi.BFLOAT);
                case "MMAShape" -> code.add("$T", TornadoApi.MATRIX_SHAPE);
                default -> code.add("$T", TornadoApi.MATH);
            }
            end = marks.end();
        }
        return code.add("$L", text.substring(end)).build();
    }
}
