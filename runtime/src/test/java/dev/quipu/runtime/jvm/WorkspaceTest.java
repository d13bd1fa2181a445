package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class WorkspaceTest {
    @Test
    void itIsAsLargeAsTheLargestOfThoseThatAreThere() {
        try (Workspace workspace = new Workspace()) {
            workspace.join(640);
            workspace.join(6400);
            workspace.join(128);
            assertEquals(6400, workspace.bytes());
            assertTrue(workspace.memory().byteSize() >= 6400);
            workspace.leave(6400);
            assertEquals(640, workspace.bytes());
            workspace.leave(640);
            workspace.leave(128);
            assertEquals(0, workspace.bytes());
        }
    }

    @Test
    void itMovesOnlyWhereItsSizeChanges() {
        try (Workspace workspace = new Workspace()) {
            workspace.join(6400);
            int moves = workspace.moves();
            MemorySegment memory = workspace.memory();
            workspace.join(640);
            workspace.join(6400);
            workspace.leave(6400);
            assertEquals(moves, workspace.moves());
            workspace.leave(6400);
            assertTrue(workspace.moves() > moves);
            assertFalse(memory.scope().isAlive(), "what is not needed is given back");
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndTheOthersGoOn() {
        try (Workspace workspace = new Workspace()) {
            workspace.join(640);
            assertThrows(QuipuException.class, () -> workspace.join(1L << 60));
            assertEquals(640, workspace.bytes());
            workspace.memory().fill((byte) 1);
        }
    }
}
