package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.check.KernelVerdict;
import dev.quipu.runtime.emulator.Fault;
import dev.quipu.runtime.emulator.FaultKind;
import dev.quipu.runtime.model.OwnModel;
import java.util.List;
import java.util.Map;
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

    private static final List<KernelVerdict> VERDICTS = List.of(
            new KernelVerdict("llama_0.norm", 1, List.of(FAULT)), new KernelVerdict("llama_0.sum", 12, List.of()));

    @Test
    void aCleanModelHasALineForEachKernel() {
        Call call = Call.of("check", MODEL, "--seq", "9");

        assertEquals(0, call.exitCode(), call.errors());
        List<String> lines = call.output().lines().toList();
        assertAll(
                () -> assertTrue(lines.getFirst().endsWith(", batch 1, sequence 9"), lines.getFirst()),
                () -> assertTrue(
                        lines.subList(1, lines.size() - 1).stream().allMatch(line -> line.startsWith("clean  ")),
                        call.output()),
                () -> assertTrue(call.output().contains("embedding"), call.output()),
                () -> assertEquals("all " + (lines.size() - 2) + " kernels are clean", lines.getLast()));
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
                () -> assertTrue(values.get("kernels").size() > 5),
                () -> assertTrue(values.get("kernels").get(0).get("clean").asBoolean()));
    }

    @Test
    void faultsStandBelowTheirKernel() {
        String expected = """
            FAULT  llama_0.norm  1 launch
                   race: llama_0.norm, work-group 3, work-item 17, shared[64]: reads what work-item 4 writes with no barrier between
            clean  llama_0.sum   12 launches
            1 of 2 kernels have faults
            """;
        assertEquals(expected, Verdicts.text(VERDICTS));
    }

    @Test
    void faultsInJson() {
        Map<String, Object> norm = Verdicts.values(VERDICTS).getFirst();
        assertEquals(false, norm.get("clean"));
        assertEquals(
                "[{kind=race, workGroup=3, workItem=17, array=shared, index=64, detail=" + FAULT.detail() + "}]",
                norm.get("faults").toString());
    }

    @Test
    void mistakesInTheCall() {
        assertAll(
                () -> assertEquals(2, Call.of("check", MODEL, "--seq", "0").exitCode()),
                () -> assertEquals(2, Call.of("check", MODEL, "--seq", "100000").exitCode()),
                () -> assertEquals(2, Call.of("check", MODEL, "--batch", "0").exitCode()),
                () -> assertEquals(2, Call.of("check", "no-such-model").exitCode()));
    }
}
