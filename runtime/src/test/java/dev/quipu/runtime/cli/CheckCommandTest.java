package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.check.KernelVerdict;
import dev.quipu.runtime.check.ProgramVerdict;
import dev.quipu.runtime.emulator.Fault;
import dev.quipu.runtime.emulator.FaultKind;
import dev.quipu.runtime.model.OwnModel;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ./quipu check}. */
class CheckCommandTest {
    private static final String MODEL = OwnModel.class.getName();

    private static final Fault FAULT = new Fault(
            FaultKind.RACE,
            "llama_0.norm",
            Optional.empty(),
            Optional.of(new Fault.WorkItem(3, 17)),
            Optional.of(new Fault.Element("shared", 64)),
            "reads what work-item 4 writes with no barrier between");

    private static final List<ProgramVerdict> VERDICTS = List.of(
            new ProgramVerdict(
                    "gradient",
                    List.of(
                            new KernelVerdict("llama_0.norm", 1, List.of(FAULT)),
                            new KernelVerdict("llama_0.sum", 12, List.of())),
                    Optional.empty()),
            new ProgramVerdict("sampling", List.of(), Optional.of("it mixes positions")));

    @Test
    void aCleanModelHasALineForEachKernel() {
        Call call = Call.of("check", MODEL, "--seq", "9");

        assertEquals(0, call.exitCode(), call.errors());
        List<String> lines = call.output().lines().toList();
        long kernels =
                lines.stream().filter(line -> line.startsWith("  clean  ")).count();
        assertAll(
                () -> assertTrue(lines.getFirst().endsWith(", f32, saveAll, batch 1, sequence 9"), lines.getFirst()),
                () -> assertEquals("gradient", lines.get(1)),
                () -> assertTrue(lines.contains("prefill of 1 token and decode, 3 sequences"), call.output()),
                () -> assertTrue(call.output().contains("embedding"), call.output()),
                () -> assertEquals("all " + kernels + " kernels are clean", lines.getLast()));
    }

    @Test
    void aPlanThatCannotBeIsAMistakeInTheCall() {
        Call call = Call.of("check", MODEL, "--seq", "5", "--plan", "budget=1");

        assertEquals(2, call.exitCode(), call.errors());
        assertTrue(call.errors().contains("expected a budget of at least"), call.errors());
    }

    @Test
    void jsonHasTheSame() {
        Call call = Call.of("check", MODEL, "--seq", "5", "--batch", "2", "--json");

        assertEquals(0, call.exitCode(), call.errors());
        JsonNode values = JsonMapper.shared().readTree(call.output());
        assertAll(
                () -> assertTrue(values.get("clean").asBoolean()),
                () -> assertEquals(2, values.get("batch").asInt()),
                () -> assertEquals("f32", values.get("precision").asString()),
                () -> assertTrue(values.at("/programs/0/kernels").size() > 5),
                () -> assertTrue(values.at("/programs/0/kernels/0/clean").asBoolean()));
    }

    @Test
    void faultsStandBelowTheirKernel() {
        String expected = """
            gradient
              FAULT  llama_0.norm  1 launch
                     race: llama_0.norm, work-group 3, work-item 17, shared[64]: reads what work-item 4 writes with no barrier between
              clean  llama_0.sum   12 launches
            sampling: left out: it mixes positions
            1 of 2 kernels have faults
            """;
        assertEquals(expected, Verdicts.text(VERDICTS));
    }

    @Test
    void faultsInJson() {
        JsonNode programs = JsonMapper.shared().valueToTree(Verdicts.values(VERDICTS));
        JsonNode gradient = programs.get(0);
        JsonNode fault = gradient.at("/kernels/0/faults/0");
        assertAll(
                () -> assertFalse(gradient.get("clean").asBoolean()),
                () -> assertFalse(gradient.at("/kernels/0/clean").asBoolean()),
                () -> assertEquals("race", fault.get("kind").asString()),
                () -> assertEquals(3, fault.get("workGroup").asInt()),
                () -> assertEquals(17, fault.get("workItem").asInt()),
                () -> assertEquals("shared", fault.get("array").asString()),
                () -> assertEquals(64, fault.get("index").asInt()),
                () -> assertEquals(FAULT.detail(), fault.get("detail").asString()),
                () -> assertEquals(
                        "it mixes positions", programs.at("/1/leftOut").asString()));
    }

    @Test
    void mistakesInTheCall() {
        assertAll(
                () -> assertEquals(2, Call.of("check", MODEL, "--seq", "0").exitCode()),
                () -> assertEquals(2, Call.of("check", MODEL, "--seq", "100000").exitCode()),
                () -> assertEquals(2, Call.of("check", MODEL, "--batch", "0").exitCode()),
                () -> assertEquals(
                        2,
                        Call.of("check", MODEL, "--seq", "5", "--precision", "tf32")
                                .exitCode()),
                () -> assertEquals(2, Call.of("check", "no-such-model").exitCode()));
    }
}
