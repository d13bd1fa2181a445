package dev.quipu.codegen.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arenas that are divided because arrays are small. */
class BanksTest {
    private static final Scheduled SCHEDULED = Compiler.verifying()
            .keeping(PlanRequest.PAPER)
            .gradient(SmallModels.LLAMA.model(), 2, 13)
            .scheduled();

    @Test
    void whatFitsIsOneBankAsItWas() {
        Banks banks = Banks.of(SCHEDULED, Integer.MAX_VALUE);
        assertEquals(1, banks.banks().size());
        assertEquals(SCHEDULED.memory().bytes(), banks.scheduled().memory().bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void banksAreNoLargerThanArrays(int parts) {
        long most = SCHEDULED.memory().bytes() / Float.BYTES / parts;
        Banks banks = Banks.of(SCHEDULED, most);
        assertTrue(banks.banks().size() >= parts);
        long end = 0;
        for (Banks.Bank bank : banks.banks()) {
            assertTrue(bank.elements() <= most, bank.toString());
            assertEquals(end, bank.offset());
            end += bank.bytes();
        }
        assertEquals(end, banks.scheduled().memory().bytes());
        for (Map.Entry<Tensor, MemoryPlan.Slot> entry :
                banks.scheduled().memory().slots().entrySet()) {
            MemoryPlan.Slot slot = entry.getValue();
            Banks.Bank bank = banks.of(slot.offset());
            assertEquals(entry.getKey().type().dtype(), bank.dtype());
            assertTrue(bank.contains(slot.offset() + slot.bytes() - 1), slot + " in " + bank);
        }
    }

    @Test
    void aTensorOfEveryLayerIsInOneBank() {
        long most = SCHEDULED.memory().bytes() / Float.BYTES / 3;
        Banks banks = Banks.of(SCHEDULED, most);
        Map<Tensor, MemoryPlan.Slot> slots = banks.scheduled().memory().slots();
        int compared = 0;
        for (RepeatedBlocks.Block block : SCHEDULED.blocks().blocks()) {
            for (int i = 0; i < block.instances().getFirst().size(); i++) {
                Node first = block.instances().getFirst().get(i);
                Node second = block.instances().get(1).get(i);
                for (int output = 0; output < first.types().size(); output++) {
                    MemoryPlan.Slot one = slots.get(first.output(output));
                    MemoryPlan.Slot other = slots.get(second.output(output));
                    if (one != null
                            && other != null
                            && one.life().over().isEmpty()
                            && other.life().over().isEmpty()) {
                        assertEquals(banks.of(one.offset()), banks.of(other.offset()));
                        compared++;
                    }
                }
            }
        }
        assertTrue(compared > 10, "compared " + compared);
    }
}
