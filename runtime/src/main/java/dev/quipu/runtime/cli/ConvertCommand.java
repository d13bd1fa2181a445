package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.model.ModelConversion;
import dev.quipu.runtime.view.ByteSize;
import dev.quipu.runtime.weights.BlockEncoding;
import dev.quipu.runtime.weights.ElementType;
import dev.quipu.runtime.weights.Encoding;
import dev.quipu.runtime.weights.Llama2cVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "convert",
        description = {
            "Writes a model's files as files of another kind.",
            "TO ends with .gguf or .bin (llama2.c), or is a folder in Hugging Face's layout."
        })
final class ConvertCommand extends QuipuCommand {
    private static final String GGUF = ".gguf";
    private static final String LLAMA2_C = ".bin";

    private static final String INT8 = "int8";

    /** What weights are written as, but for llama2.c's groups. */
    private static final Map<String, Encoding> TYPES = Map.of(
            "f32", ElementType.F32, "f16", ElementType.F16, "bf16", ElementType.BF16, "q8_0", BlockEncoding.Q8_0);

    @Mixin
    private ModelArgument from;

    @Parameters(index = "1", paramLabel = "TO", description = "What to write; replaced if it is there.")
    private Path to;

    @Option(
            names = "--type",
            defaultValue = "f32",
            paramLabel = "TYPE",
            description = "f32 (default), f16 or bf16; q8_0 in GGUF; int8 in llama2.c's version 2.")
    private String type;

    @Option(
            names = "--llama2c-version",
            paramLabel = "0|1",
            description = "Layout of a .bin file with f32 weights; default: 0, which every reader knows.")
    private Integer version;

    @Option(
            names = "--shard-size",
            paramLabel = "SIZE",
            defaultValue = "5GiB",
            description = "The most bytes of one weight file in a folder; default: 5GiB.")
    private String shardSize;

    @Override
    public Integer call() {
        ModelConversion conversion = argument(() -> new ModelConversion(from.source(), from.tokenizerIfAny()));
        String name = to.getFileName().toString();
        boolean tokenized = conversion.tokenizer().isPresent();
        if (name.endsWith(LLAMA2_C)) {
            conversion.toLlama2c(to, argument(this::llama2cVersion));
            tokenized = conversion.hasLlama2cTokenizer();
        } else if (name.endsWith(GGUF)) {
            conversion.toGguf(to, argument(() -> encoding("GGUF", "f32", "f16", "bf16", "q8_0")));
        } else {
            Encoding encoding = argument(() -> encoding("a folder", "f32", "f16", "bf16"));
            long shardBytes = argument(() -> ByteSize.parse(shardSize, "--shard-size"));
            conversion.toFolder(to, (ElementType) encoding, shardBytes);
        }
        String beside = name.endsWith(LLAMA2_C) ? " and " + ModelConversion.llama2cTokenizer(to) : "";
        err().println("wrote " + to + (tokenized ? beside : "; without a tokenizer: --tokenizer FILE gives it one"));
        return SUCCESS;
    }

    private Encoding encoding(String where, String... supported) {
        if (version != null) {
            throw QuipuException.of("a .bin file of f32 weights", where, "--llama2c-version", "leave it out");
        }
        if (!List.of(supported).contains(type)) {
            throw QuipuException.of("one of " + String.join(", ", supported) + " for " + where, type, "--type", "");
        }
        return TYPES.get(type);
    }

    private Llama2cVersion llama2cVersion() {
        if (type.equals(INT8) && version == null) {
            return Llama2cVersion.V2;
        }
        if (!type.equals("f32")) {
            throw QuipuException.of("f32, or int8 without --llama2c-version, for llama2.c", type, "--type", "");
        }
        return switch (Optional.ofNullable(version).orElse(0)) {
            case 0 -> Llama2cVersion.V0;
            case 1 -> Llama2cVersion.V1;
            default -> throw QuipuException.of("0 or 1", version.toString(), "--llama2c-version", "");
        };
    }
}
