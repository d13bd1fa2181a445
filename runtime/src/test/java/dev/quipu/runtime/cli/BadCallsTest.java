package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes in calls, and what their users read: one line each. FOLDER stands for a folder with a damaged or small model. */
class BadCallsTest {
    @TempDir
    private Path folder;

    /**
     * A call that fails.
     *
     * @param line what is printed, the folder of the test replaced by FOLDER
     */
    private record BadCall(String call, int exitCode, String line) {}

    private static final List<BadCall> CALLS = List.of(
            new BadCall("sampel", 2, "expected a command, found 'sampel'; did you mean sample? (see ./quipu --help)"),
            new BadCall(
                    "bench llama-tiny --stepz 3",
                    2,
                    "expected an option of quipu bench, found '--stepz'; did you mean --steps? (see ./quipu bench"
                            + " --help)"),
            new BadCall(
                    "bench llama-tiny extra",
                    2,
                    "quipu bench: expected no further argument, found 'extra' (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --steps many",
                    2,
                    "Invalid value for option '--steps': 'many' is not an int (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --steps 0",
                    2,
                    "--steps: expected at least 1, found 0 (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --weights int8",
                    2,
                    "--weights: expected f32, found int8; training steps have no other; see --decode (see ./quipu bench"
                            + " --help)"),
            new BadCall(
                    "bench llama-tiny --decode --vary batch=1,2",
                    2,
                    "bench: expected --decode or --vary, found both; it belongs to training steps (see ./quipu bench"
                            + " --help)"),
            new BadCall(
                    "bench llama-tiny --decode --weights int8 --device emulator",
                    2,
                    "--weights: expected f32, found int8; the emulator device reads no other (see ./quipu bench"
                            + " --help)"),
            new BadCall(
                    "bench llama-tiny --vary layers=1,2",
                    2,
                    "expected batch, seq, or a number in the model's configuration, found 'layers'; known are width,"
                            + " hidden_size, num_hidden_layers, num_attention_heads, num_key_value_heads, head_dim,"
                            + " intermediate_size, vocab_size, max_position_embeddings, rms_norm_eps, rope_theta,"
                            + " tie_word_embeddings (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --set hidden_siz=64",
                    2,
                    "expected batch, seq, or a number in the model's configuration, found 'hidden_siz'; did you mean"
                            + " hidden_size? (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --vary width",
                    2,
                    "--vary: expected KEY=V1,V2,..., found width (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --vary width=many",
                    2,
                    "width: expected a number like 64, found many (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --vary width=3",
                    2,
                    "width: expected a part or a multiple of 64 that leaves \"intermediate_size\" 176 whole, found 3"
                            + " (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --set tie_word_embeddings=1",
                    2,
                    "tie_word_embeddings: expected true or false, found 1 (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --vary seq=0",
                    2,
                    "--vary seq: expected a whole number of at least 1, found 0 (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --vary seq=4,8 --vary batch=1",
                    2,
                    "--vary batch: expected 2 values, as for seq, found 1 (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --vary seq=4 --vary seq=8",
                    2,
                    "--vary: expected each key once, found seq twice (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --vary seq=4 --seq 8",
                    2,
                    "--vary: expected each key once, found --seq as well (see ./quipu bench --help)"),
            new BadCall(
                    "bench llama-tiny --vary seq=4 --profile",
                    2,
                    "--vary: expected no --profile, found --profile; measure one variant with --set (see ./quipu bench"
                            + " --help)"),
            new BadCall(
                    "bench dev.quipu.runtime.model.OwnModel --set width=8",
                    2,
                    "width: expected a model of a family that configurations describe, found"
                        + " dev.quipu.runtime.model.OwnModel; its declaration says how large it is (see ./quipu bench"
                        + " --help)"),
            new BadCall("graph", 2, "Missing required parameter: 'MODEL' (see ./quipu graph --help)"),
            new BadCall(
                    "graph llama-tyni",
                    2,
                    "expected a preset, a class, a .java file or a model folder, found 'llama-tyni'; did you mean"
                            + " llama-tiny or llama-mini? (see ./quipu graph --help)"),
            new BadCall(
                    "graph no/such/folder",
                    2,
                    "no/such/folder: expected a model folder, a .java file or a weight file, found nothing;"
                            + " check the path (see ./quipu graph --help)"),
            new BadCall(
                    "graph java.lang.String",
                    2,
                    "java.lang.String: expected a class that implements dev.quipu.dsl.Model, found another (see"
                            + " ./quipu graph --help)"),
            new BadCall(
                    "graph llama-tiny --stage planed",
                    2,
                    "expected a stage, found 'planed'; did you mean planned? (see ./quipu graph --help)"),
            new BadCall(
                    "graph llama-tiny --out graph.pdf",
                    2,
                    "--out: expected a file name ending in .svg, .png, .dot or .txt, found graph.pdf (see ./quipu"
                            + " graph --help)"),
            new BadCall(
                    "graph llama-tiny --seq 129",
                    2,
                    "--seq: expected a sequence of at most 128 tokens, the model's context, found 129; shorten the"
                            + " sequence or declare a longer context (see ./quipu graph --help)"),
            new BadCall(
                    "graph llama-tiny --program decod",
                    2,
                    "expected a program, found 'decod'; did you mean decode? (see ./quipu graph --help)"),
            new BadCall(
                    "bench dev.quipu.runtime.model.OwnModel --seq 17",
                    2,
                    "--seq: expected at most 16, the model's context, found 17 (see ./quipu bench --help)"),
            new BadCall(
                    "plan llama-tiny --plan bloks",
                    2,
                    "expected a plan, found 'bloks'; did you mean blocks? (see ./quipu plan --help)"),
            new BadCall(
                    "plan llama-tiny --out plan.pdf",
                    2,
                    "--out: expected a file name ending in .svg or .png, found plan.pdf (see ./quipu plan --help)"),
            new BadCall("chart", 2, "Missing required parameter: 'RUN_DIR' (see ./quipu chart --help)"),
            new BadCall(
                    "chart FOLDER/none",
                    2,
                    "FOLDER/none: expected the folder of a training run, with metrics.jsonl, found nothing; give the"
                            + " --out folder of ./quipu train (see ./quipu chart --help)"),
            new BadCall(
                    "chart FOLDER",
                    2,
                    "FOLDER: expected the folder of a training run, with metrics.jsonl, found none in it; give the"
                            + " --out folder of ./quipu train (see ./quipu chart --help)"),
            new BadCall(
                    "chart FOLDER/run FOLDER/empty/../run",
                    2,
                    "FOLDER/empty/../run: expected each run once, found it again; leave it out (see ./quipu chart"
                            + " --help)"),
            new BadCall(
                    "chart FOLDER/run",
                    2,
                    "FOLDER/run/metrics.jsonl: expected a step of training, found none yet; let the run go on (see"
                            + " ./quipu chart --help)"),
            new BadCall(
                    "chart FOLDER/run --out losses.pdf",
                    2,
                    "--out: expected a file name ending in .svg or .png, found losses.pdf (see ./quipu chart --help)"),
            new BadCall(
                    "chart FOLDER/run --out FOLDER/none/losses.png",
                    2,
                    "--out: expected a file in a folder that exists, found FOLDER/none/losses.png (see ./quipu chart"
                            + " --help)"),
            new BadCall(
                    "chart 1 2 3 4 5 6 7 8 9",
                    2,
                    "chart: expected at most 8 runs, found 9; draw fewer (see ./quipu chart --help)"),
            new BadCall(
                    "bench llama-tiny --plan fast",
                    2,
                    "expected a plan, found 'fast'; known are saveAll, paper, minCut, blocks, budget=SIZE (see ./quipu"
                            + " bench --help)"),
            new BadCall(
                    "parity FOLDER --plan budget=2GB",
                    2,
                    "budget: expected a number of bytes such as 512MiB or 5GiB, found 2GB (see ./quipu parity --help)"),
            new BadCall(
                    "plan llama-tiny --plan budget=",
                    2,
                    "budget: expected a number of bytes such as 512MiB or 5GiB, found nothing (see ./quipu plan"
                            + " --help)"),
            new BadCall(
                    "graph llama-tiny --program loss --plan paper",
                    2,
                    "--plan: expected a plan for the program gradient, found loss; no other has a backward pass (see"
                            + " ./quipu graph --help)"),
            new BadCall(
                    "bench llama-tiny --loss-chunk 0",
                    2,
                    "--loss-chunk: expected at least 1, found 0 (see ./quipu bench --help)"),
            new BadCall(
                    "kernels llama-tiny --program update --loss-chunk 8",
                    2,
                    "--loss-chunk: expected a chunk for the program gradient or loss, found update; no other has one"
                            + " (see ./quipu kernels --help)"),
            new BadCall(
                    "kernels llama-tiny --target tornadoo",
                    2,
                    "expected a target, found 'tornadoo'; did you mean tornado? (see ./quipu kernels --help)"),
            new BadCall(
                    "bench llama-tiny --device jmv",
                    2,
                    "expected a device, found 'jmv'; did you mean jvm? (see ./quipu bench --help)"),
            new BadCall(
                    "sample llama-tiny",
                    2,
                    "llama-tiny: expected a model folder with weights, found the name of a preset; train it first:"
                            + " ./quipu train llama-tiny --out DIR (see ./quipu sample --help)"),
            new BadCall(
                    "sample FOLDER --top-p 2",
                    2,
                    "sampling: expected top-p above 0 and at most 1, found 2.0 (see ./quipu sample --help)"),
            new BadCall(
                    "sample FOLDER --greedy --temperature 1",
                    2,
                    "sampling: expected --greedy or --temperature, found both (see ./quipu sample --help)"),
            new BadCall(
                    "sample FOLDER --prompt abc",
                    1,
                    "tokenizer bytes: expected a vocabulary of at most 97, the model's, found 258; the tokenizer"
                            + " belongs to another model"),
            new BadCall(
                    "eval FOLDER --data FOLDER/none.txt",
                    2,
                    "FOLDER/none.txt: expected a text file or a folder, found nothing; check the path (see ./quipu"
                            + " eval --help)"),
            new BadCall("eval FOLDER", 2, "Missing required option: '--data=PATH' (see ./quipu eval --help)"),
            new BadCall(
                    "parity FOLDER --case FOLDER/model.safetensors",
                    1,
                    "FOLDER/model.safetensors: expected a tensor input_ids, found 21 others; the file belongs to"
                            + " another model"),
            new BadCall(
                    "parity FOLDER",
                    1,
                    "FOLDER/case.safetensors: expected a safetensors file, found none; check the path"),
            new BadCall(
                    "parity FOLDER/empty",
                    2,
                    "FOLDER/empty: expected a config.json, or weights that describe their model, found neither; give a"
                            + " folder that holds a model (see ./quipu parity --help)"),
            new BadCall(
                    "parity FOLDER/bare",
                    2,
                    "FOLDER/bare: expected weights such as model.safetensors, found none; check the path (see ./quipu"
                            + " parity --help)"),
            new BadCall(
                    "parity FOLDER/other",
                    2,
                    "FOLDER/other/config.json: expected a supported model_type, found 'lama'; did you mean llama? (see"
                            + " ./quipu parity --help)"),
            new BadCall(
                    "graph FOLDER/heads",
                    2,
                    "FOLDER/heads/config.json: expected \"num_attention_heads\" to divide \"hidden_size\" 64, found 5;"
                            + " \"head_dim\" gives heads another size (see ./quipu graph --help)"),
            new BadCall(
                    "parity FOLDER/cut",
                    1,
                    "FOLDER/cut/model.safetensors: tensor model.layers.1.mlp.down_proj.weight: expected data up to"
                        + " byte 421120, found a file whose data ends at byte 397712; the file is truncated: copy or"
                        + " download it again"),
            new BadCall(
                    "probe FOLDER --tensor nothing",
                    2,
                    "--tensor: expected names of tensors, found nothing; some are embedding.weight,"
                        + " embedding.embedding, layers.0.attentionNorm.weight, layers.0.attentionNorm.rmsNorm,"
                        + " layers.0.attentionNorm.rmsNorm.output1, layers.0.attention.wq.weight,"
                        + " layers.0.attention.wq.matMul, layers.0.attention.reshape; '*' shows all (see ./quipu probe"
                        + " --help)"),
            new BadCall(
                    "tokenizer", 2, "expected a command, one of encode, decode, train (see ./quipu tokenizer --help)"),
            new BadCall(
                    "tokenizer encode abc --tokenizer FOLDER/none.model",
                    2,
                    "FOLDER/none.model: expected bytes, a tokenizer's file or a folder that holds one, found nothing;"
                            + " check the path (see ./quipu tokenizer encode --help)"),
            new BadCall(
                    "tokenizer train FOLDER --vocab 300",
                    2,
                    "Missing required option: '--out=FILE' (see ./quipu tokenizer train --help)"),
            new BadCall(
                    "tokenizer train FOLDER/none.txt --vocab 300 --out FOLDER/a.model",
                    2,
                    "FOLDER/none.txt: expected a text file or a folder, found nothing; check the path (see ./quipu"
                            + " tokenizer train --help)"),
            new BadCall(
                    "tokenizer train FOLDER --vocab 0 --out FOLDER/a.model",
                    2,
                    "vocabulary: expected at least 1 piece, found 0 (see ./quipu tokenizer train --help)"),
            new BadCall(
                    "tokenizer train FOLDER --vocab 300 --out FOLDER/a.txt",
                    2,
                    "--out: expected a name ending in .model, found FOLDER/a.txt; its name tells what it holds (see"
                            + " ./quipu tokenizer train --help)"),
            new BadCall(
                    "tokenizer train FOLDER --vocab 300 --out FOLDER/none/a.model",
                    2,
                    "--out: expected a file in a folder that exists, found FOLDER/none/a.model (see ./quipu tokenizer"
                            + " train --help)"),
            new BadCall(
                    "tokenizer encodde abc",
                    2,
                    "expected a command, found 'encodde'; did you mean encode? (see ./quipu tokenizer --help)"),
            new BadCall(
                    "tokenizer decode 1 x",
                    2,
                    "tokenizer: expected token ids, found 'x' (see ./quipu tokenizer decode --help)"),
            new BadCall(
                    "tokenizer decode 300",
                    2,
                    "tokenizer bytes: expected a token of 0 to 257, found 300 (see ./quipu tokenizer decode --help)"));

    @TestFactory
    Stream<DynamicTest> everyMistakeIsOneLine() throws IOException {
        fill();
        return CALLS.stream()
                .map(bad -> DynamicTest.dynamicTest(bad.call(), () -> {
                    Call call = Call.of(
                            bad.call().replace("FOLDER", folder.toString()).split(" "));
                    String errors = call.errors().replace(folder.toString(), "FOLDER");
                    assertAll(
                            () -> assertEquals("quipu: " + bad.line() + System.lineSeparator(), errors),
                            () -> assertEquals(bad.exitCode(), call.exitCode()),
                            () -> assertEquals("", call.output()));
                }));
    }

    /** A whole model with a tokenizer that is not its own, five broken ones, and a run that has not begun. */
    private void fill() throws IOException {
        Path golden = GoldenModel.open("llama-tiny").folder();
        Files.copy(golden.resolve("config.json"), folder.resolve("config.json"));
        Files.copy(golden.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        new ByteTokenizer().save(folder);
        Files.createDirectory(folder.resolve("empty"));
        Path run = Files.createDirectory(folder.resolve("run"));
        Files.writeString(run.resolve("metrics.jsonl"), "{\"kind\":\"validation\",\"step\":0,\"loss\":5.5}\n");
        Path bare = Files.createDirectory(folder.resolve("bare"));
        Files.copy(golden.resolve("config.json"), bare.resolve("config.json"));
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("config.json"), "{\"model_type\": \"lama\"}");
        Path heads = Files.createDirectory(folder.resolve("heads"));
        String config = Files.readString(golden.resolve("config.json"));
        Files.writeString(
                heads.resolve("config.json"),
                config.replace("\"num_attention_heads\": 4", "\"num_attention_heads\": 5")
                        .replace("\"head_dim\": 16,", ""));
        Path cut = Files.createDirectory(folder.resolve("cut"));
        Files.copy(golden.resolve("config.json"), cut.resolve("config.json"));
        byte[] weights = Files.readAllBytes(golden.resolve("model.safetensors"));
        Files.write(cut.resolve("model.safetensors"), Arrays.copyOf(weights, 400_000));
    }
}
