package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.tornado.SdkJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Commands on the first device of a TornadoVM SDK. */
class TornadoCommandsTest {
    @Test
    void twoHundredGreedyTokensAreThoseOfTheJvm() {
        SdkJvm.require();
        String folder = SharedData.of("data/weights/stories260K").toString();
        List<String> arguments = new ArrayList<>(List.of(
                "sample",
                folder + "/stories260K.bin",
                "--tokenizer",
                folder + "/tok512.bin",
                "--prompt",
                "Once upon a"));
        arguments.addAll(List.of("--temperature", "0", "--max-tokens", "200", "--json"));
        Call expected = Call.of(arguments.toArray(String[]::new));
        arguments.addAll(List.of("--device", "tornado"));
        SdkJvm found = SdkJvm.run(Main.class, arguments.toArray(String[]::new));

        assertEquals(0, found.exitCode(), found.everything());
        assertEquals(tokens(expected.output()), tokens(found.output()));
    }

    private static JsonNode tokens(String output) {
        return JsonMapper.shared().readTree(output).get("tokens");
    }

    /** Every tensor of a step, forward and backward, stored and read back. */
    @Test
    void probedTensorsAreThoseOfTheReference() {
        SdkJvm.require();
        String folder = GoldenModel.open("llama-tiny").folder().toString();
        String options = "--pass gradient --device tornado --against reference";
        SdkJvm found = SdkJvm.run(
                Main.class,
                Stream.concat(Stream.of("probe", folder), Stream.of(options.split(" ")))
                        .toArray(String[]::new));

        assertEquals(0, found.exitCode(), found.everything());
        assertTrue(found.output().contains("218 tensors of tornado within 1.0e-04 of reference"), found.output());
    }

    @Test
    void doctorListsTheDevices() {
        SdkJvm found = SdkJvm.run(Main.class, "doctor");
        assertTrue(found.output().contains("--device tornado:0:0"), found.output());
    }
}
