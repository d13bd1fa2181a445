package dev.quipu.codegen.jvm;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import com.palantir.javapoet.WildcardTypeName;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.ProductShape;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.Int8Blocks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.lang.model.element.Modifier;

/** Prints a kernel as a Java class that implements {@link JvmKernel}. It only prints: all decisions are the lowering's. */
public final class JvmWriter {
    /** Package of the generated classes. */
    public static final String PACKAGE = "dev.quipu.generated";

    private static final String VECTOR_PACKAGE = "jdk.incubator.vector";
    private static final ClassName SEGMENT = ClassName.get(MemorySegment.class);
    private static final List<ClassName> IMPORTS = List.of(
            ClassName.get(VECTOR_PACKAGE, "ByteVector"),
            ClassName.get(VECTOR_PACKAGE, "FloatVector"),
            ClassName.get(VECTOR_PACKAGE, "IntVector"),
            ClassName.get(VECTOR_PACKAGE, "ShortVector"),
            ClassName.get(VECTOR_PACKAGE, "VectorMask"),
            ClassName.get(VECTOR_PACKAGE, "VectorOperators"),
            ClassName.get(VECTOR_PACKAGE, "VectorShuffle"),
            ClassName.get(VECTOR_PACKAGE, "VectorSpecies"),
            SEGMENT,
            ClassName.get(BFloat16.class),
            ClassName.get(Int8Blocks.class),
            ClassName.get(ValueLayout.class),
            ClassName.get(ByteOrder.class),
            ClassName.get(Objects.class));

    private static final Pattern CLASS_NAMES = Pattern.compile(
            IMPORTS.stream().map(ClassName::simpleName).collect(Collectors.joining("|", "\\b(?:", ")\\b")));

    private static final String CLASS_OF = "Class<? extends ";
    private static final Pattern BREAKS = Pattern.compile(", |\\)(?=\\.)");

    private final Kernel kernel;
    private final JvmExpressions expressions = new JvmExpressions();

    private JvmWriter(Kernel kernel) {
        this.kernel = kernel;
    }

    /** The source of one kernel. */
    public static String write(Kernel kernel) {
        return new JvmWriter(kernel).file();
    }

    /** The source of a class of public static methods that kernels call by {@code className.method}. */
    public static String writeLibrary(String className, List<Method> methods) {
        return new JvmWriter(new Kernel(className, List.of(), List.of(), List.of(), List.of(), methods)).library();
    }

    private String library() {
        TypeSpec.Builder type = newClass();
        List<MethodSpec> methods = kernel.methods().stream()
                .map(method -> method(method, Modifier.PUBLIC))
                .toList();
        constants(type);
        type.addMethod(
                MethodSpec.constructorBuilder().addModifiers(Modifier.PRIVATE).build());
        methods.forEach(type::addMethod);
        return print(type);
    }

    private String file() {
        TypeSpec.Builder type = newClass().addSuperinterface(JvmKernel.class);
        List<MethodSpec> phases =
                IntStream.range(0, kernel.phases().size()).mapToObj(this::phase).toList();
        List<MethodSpec> methods = kernel.methods().stream()
                .map(method -> method(method, Modifier.PRIVATE))
                .toList();
        constants(type);
        fields(type);
        type.addMethod(constructor()).addMethod(count()).addMethod(parts()).addMethod(run());
        phases.forEach(type::addMethod);
        methods.forEach(type::addMethod);
        return print(type);
    }

    private TypeSpec.Builder newClass() {
        TypeSpec.Builder type = TypeSpec.classBuilder(kernel.name()).addModifiers(Modifier.PUBLIC, Modifier.FINAL);
        kernel.comment().forEach(line -> type.addJavadoc("$L\n", line));
        return type;
    }

    private static String print(TypeSpec.Builder type) {
        return JavaFile.builder(PACKAGE, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build()
                .toString();
    }

    /** Constants are known once all methods are printed. */
    private void constants(TypeSpec.Builder type) {
        for (JvmExpressions.Constant constant : expressions.constants()) {
            type.addField(FieldSpec.builder(
                            typeName(constant.type()),
                            constant.name(),
                            Modifier.PRIVATE,
                            Modifier.STATIC,
                            Modifier.FINAL)
                    .initializer(code(constant.initializer()))
                    .build());
        }
    }

    private void fields(TypeSpec.Builder type) {
        for (Value.Variable buffer : kernel.buffers()) {
            type.addField(SEGMENT, buffer.name(), Modifier.PRIVATE, Modifier.FINAL);
        }
        for (Kernel.Scratch scratch : kernel.scratch()) {
            type.addField(fieldType(scratch), field(scratch), Modifier.PRIVATE, Modifier.FINAL);
        }
        for (Kernel.Product product : kernel.products()) {
            type.addField(ArrayTypeName.of(JvmProduct.class), field(product), Modifier.PRIVATE, Modifier.FINAL);
        }
    }

    private static TypeName fieldType(Kernel.Scratch scratch) {
        TypeName one = isArray(scratch) ? ArrayTypeName.of(TypeName.FLOAT) : SEGMENT;
        return scratch.shared() ? one : ArrayTypeName.of(one);
    }

    private static String field(Kernel.Scratch scratch) {
        return scratch.variable().name() + (scratch.shared() ? "" : "OfWorkers");
    }

    private static String field(Kernel.Product product) {
        return product.name() + "OfWorkers";
    }

    private static boolean isArray(Kernel.Scratch scratch) {
        return scratch.variable().type().kind() == Kind.ARRAY;
    }

    private MethodSpec constructor() {
        MethodSpec.Builder constructor = MethodSpec.constructorBuilder()
                .addModifiers(Modifier.PUBLIC)
                .addParameter(ArrayTypeName.of(SEGMENT), "buffers")
                .addParameter(JvmScratch.class, "scratch");
        for (int i = 0; i < kernel.buffers().size(); i++) {
            constructor.addStatement(
                    "this.$N = buffers[$L]", kernel.buffers().get(i).name(), i);
        }
        Map<String, Integer> indices = new HashMap<>();
        for (Kernel.Scratch scratch : kernel.scratch()) {
            String call = scratch.shared() ? "shared" : isArray(scratch) ? "arrays" : "segments";
            int index = indices.merge(call, 1, Integer::sum) - 1;
            constructor.addStatement("this.$N = scratch.$L($L, $LL)", field(scratch), call, index, scratch.elements());
        }
        for (Kernel.Product product : kernel.products()) {
            ProductShape shape = product.shape();
            constructor.addStatement(
                    "this.$N = scratch.products(new $T($L, $L, $L, $L, $L, $L, $L, $L, $L))",
                    field(product),
                    ProductShape.class,
                    shape.rows(),
                    shape.columns(),
                    shape.depth(),
                    shape.leftRow(),
                    shape.leftColumn(),
                    shape.rightRow(),
                    shape.rightColumn(),
                    shape.productRow(),
                    shape.adds());
        }
        return constructor.build();
    }

    private MethodSpec count() {
        return override("phases", TypeName.INT)
                .addStatement("return $L", kernel.phases().size())
                .build();
    }

    private MethodSpec parts() {
        MethodSpec.Builder method = override("parts", TypeName.INT).addParameter(TypeName.INT, "phase");
        int last = kernel.phases().getLast().parts();
        for (int i = 0; i < kernel.phases().size() - 1; i++) {
            method.beginControlFlow("if (phase == $L)", i)
                    .addStatement("return $L", kernel.phases().get(i).parts())
                    .endControlFlow();
        }
        return method.addStatement("return $L", last).build();
    }

    private MethodSpec run() {
        MethodSpec.Builder method = override("run", TypeName.VOID)
                .addParameter(TypeName.INT, "phase")
                .addParameter(TypeName.INT, "part")
                .addParameter(TypeName.INT, "worker");
        for (int i = 0; i < kernel.phases().size() - 1; i++) {
            method.beginControlFlow("if (phase == $L)", i)
                    .addStatement("$L(part, worker)", kernel.phases().get(i).name())
                    .addStatement("return")
                    .endControlFlow();
        }
        return method.addStatement("$L(part, worker)", kernel.phases().getLast().name())
                .build();
    }

    private static MethodSpec.Builder override(String name, TypeName returned) {
        return MethodSpec.methodBuilder(name)
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(returned);
    }

    private MethodSpec phase(int index) {
        Kernel.Phase phase = kernel.phases().get(index);
        MethodSpec.Builder method = MethodSpec.methodBuilder(phase.name())
                .addModifiers(Modifier.PRIVATE)
                .addParameter(TypeName.INT, Kernel.PART.name())
                .addParameter(TypeName.INT, "worker");
        for (Kernel.Scratch scratch : kernel.scratch()) {
            if (!scratch.shared()) {
                TypeName type = isArray(scratch) ? ArrayTypeName.of(TypeName.FLOAT) : SEGMENT;
                method.addStatement(
                        "$T $L = $L[worker]", type, scratch.variable().name(), field(scratch));
            }
        }
        for (Kernel.Product product : kernel.products()) {
            method.addStatement("$T $L = $L[worker]", JvmProduct.class, product.name(), field(product));
        }
        expressions.begin(phase.body());
        return method.addCode(block(phase.body())).build();
    }

    private MethodSpec method(Method method, Modifier visibility) {
        MethodSpec.Builder spec = MethodSpec.methodBuilder(method.name()).addModifiers(visibility, Modifier.STATIC);
        if (!method.comment().isEmpty()) {
            spec.addJavadoc("$L\n", method.comment());
        }
        for (Value.Variable parameter : method.parameters()) {
            spec.addParameter(typeName(JvmExpressions.type(parameter.type())), parameter.name());
        }
        expressions.begin(method.body());
        for (Method.Range range : method.ranges()) {
            new JvmRanges(expressions).print(range).forEach(text -> spec.addStatement("$L", code(text)));
        }
        return spec.addCode(block(method.body())).build();
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
                        typeName(JvmExpressions.type(declare.variable().type())),
                        declare.variable().name(),
                        print(declare.value()));
            case Statement.Assign assign ->
                code.addStatement("$L = $L", assign.variable().name(), print(assign.value()));
            case Statement.Store store -> code.addStatement("$L", code(new JvmStores(expressions).print(store)));
            case Statement.For loop -> {
                String name = loop.variable().name();
                String step = loop.step() == 1 ? name + "++" : name + " += " + loop.step();
                code.beginControlFlow(
                        "for (int $L = $L; $L < $L; $L)", name, print(loop.from()), name, print(loop.to()), step);
                code.add(block(loop.body())).endControlFlow();
            }
            case Statement.If choice -> {
                code.beginControlFlow("if ($L)", print(choice.condition())).add(block(choice.then()));
                if (!choice.otherwise().isEmpty()) {
                    code.nextControlFlow("else").add(block(choice.otherwise()));
                }
                code.endControlFlow();
            }
            case Statement.Call call ->
                code.addStatement(
                        "$L($L)",
                        call.method(),
                        code(String.join(
                                ", ",
                                call.arguments().stream()
                                        .map(expressions::print)
                                        .toList())));
            case Statement.Comment comment -> code.add("// $L\n", comment.text());
            case Statement.Allocate allocate -> throw JvmExpressions.ofGpu(allocate);
            case Statement.Barrier barrier -> throw JvmExpressions.ofGpu(barrier);
            case Statement.StoreMatrix store -> throw JvmExpressions.ofGpu(store);
        }
    }

    /** JavaPoet imports a class that is a $T; the printed texts name classes simply. */
    private static TypeName typeName(String text) {
        return switch (text) {
            case "int" -> TypeName.INT;
            case "long" -> TypeName.LONG;
            case "float" -> TypeName.FLOAT;
            case "boolean" -> TypeName.BOOLEAN;
            case "float[]" -> ArrayTypeName.of(TypeName.FLOAT);
            case String type
            when type.startsWith(CLASS_OF) ->
                ParameterizedTypeName.get(
                        ClassName.get(Class.class),
                        WildcardTypeName.subtypeOf(typeName(type.substring(CLASS_OF.length(), type.length() - 1))));
            default -> {
                int generic = text.indexOf('<');
                String raw = generic < 0 ? text : text.substring(0, generic);
                ClassName name = IMPORTS.stream()
                        .filter(candidate -> candidate.simpleName().equals(raw))
                        .findFirst()
                        .orElseThrow();
                yield generic < 0
                        ? name
                        : ParameterizedTypeName.get(
                                name, ClassName.get("java.lang", text.substring(generic + 1, text.length() - 1)));
            }
        };
    }

    /** Printed text, with its class names handed to JavaPoet, which imports them. */
    private static CodeBlock code(String text) {
        CodeBlock.Builder code = CodeBlock.builder();
        Matcher names = CLASS_NAMES.matcher(text);
        int end = 0;
        while (names.find()) {
            wrap(code, text.substring(end, names.start()));
            code.add("$T", typeName(names.group()));
            end = names.end();
        }
        wrap(code, text.substring(end));
        return code.build();
    }

    /** Lets lines break after a comma and before a call on a call's value. */
    private static void wrap(CodeBlock.Builder code, String text) {
        Matcher breaks = BREAKS.matcher(text);
        int end = 0;
        while (breaks.find()) {
            code.add(breaks.group().equals(", ") ? "$L,$W" : "$L)$Z", text.substring(end, breaks.start()));
            end = breaks.end();
        }
        code.add("$L", text.substring(end));
    }

    private CodeBlock print(Value value) {
        return code(expressions.print(value));
    }
}
