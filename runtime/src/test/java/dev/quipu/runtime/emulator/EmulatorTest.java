package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Programs in the printed style run on the stand-ins as they would on a device. */
class EmulatorTest {
    private static final String REDUCTION = PrintedProgram.IMPORTS + """
        public class Program {
            public static void add(KernelContext context, FloatArray a, FloatArray b, FloatArray sum) {
                int i = context.globalIdx;
                sum.set(i, a.get(i) + b.get(i));
            }
            public static void reduce(KernelContext context, FloatArray values, FloatArray sums, int items) {
                float[] shared = context.allocateFloatLocalArray(64);
                float[] own = new float[2];
                int item = context.localIdx;
                own[1] = values.get(context.groupIdx * items + item);
                shared[item] = own[1];
                context.localBarrier();
                for (int half = 32; half > 0; half /= 2) {
                    if (item < half) {
                        shared[item] += shared[item + half];
                    }
                    context.localBarrier();
                }
                if (item == 0) {
                    sums.set(context.groupIdx, shared[0]);
                }
            }
            public static Object run() throws Exception {
                FloatArray a = new FloatArray(1024);
                FloatArray b = new FloatArray(1024);
                FloatArray sum = new FloatArray(1024);
                FloatArray sums = new FloatArray(16);
                for (int i = 0; i < 1024; i++) {
                    a.set(i, i);
                    b.set(i, 2 * i);
                }
                KernelContext context = new KernelContext();
                WorkerGrid1D grid = new WorkerGrid1D(1024);
                grid.setLocalWork(64, 1, 1);
                GridScheduler grids = new GridScheduler();
                grids.addWorkerGrid("graph.add", grid);
                grids.addWorkerGrid("graph.reduce", grid);
                TaskGraph graph = new TaskGraph("graph")
                        .transferToDevice(DataTransferMode.EVERY_EXECUTION, a, b)
                        .task("add", Program::add, context, a, b, sum)
                        .task("reduce", Program::reduce, context, sum, sums, 64)
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, sums);
                float total = 0;
                try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
                    plan.withGridScheduler(grids).execute();
                    plan.execute();
                    for (int i = 0; i < 16; i++) {
                        total += sums.get(i);
                    }
                }
                return total;
            }
        }
        """;

    @Test
    void aSumOfSumsInLocalMemory() {
        assertEquals(3f * 1024 * 1023 / 2, PrintedProgram.run(REDUCTION));
    }
}
