package dev.quipu.runtime.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.dsl.QuipuException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TornadoGpuTest {
    private static final TornadoGpu CPU = gpu(0, 0, "opencl", "pthread-Some(R) Processor");
    private static final TornadoGpu OPENCL = gpu(0, 1, "opencl", "NVIDIA H200");
    private static final TornadoGpu FIRST = gpu(1, 0, "cuda", "NVIDIA H200");
    private static final TornadoGpu SECOND = gpu(1, 1, "cuda", "NVIDIA RTX 4090");
    private static final List<TornadoGpu> ALL = List.of(CPU, OPENCL, FIRST, SECOND);

    private static TornadoGpu gpu(int backend, int device, String api, String name) {
        return new TornadoGpu(backend, device, api, name, 1L << 30, 1L << 28, 9);
    }

    @Test
    void onlyCudaFromAmpereOnHasMatrixUnitsForHalves() {
        assertEquals(GpuTarget.MATRICES, gpu("cuda", 8).target());
        assertEquals(GpuTarget.MATRICES, FIRST.target());
        assertEquals(GpuTarget.ANY, gpu("cuda", 7).target());
        assertEquals(GpuTarget.ANY, gpu("cuda", 0).target());
        assertEquals(GpuTarget.ANY, OPENCL.target());
    }

    private static TornadoGpu gpu(String api, int capability) {
        return new TornadoGpu(0, 0, api, "a GPU", 1L << 30, 1L << 28, capability);
    }

    @Test
    void numbersAndNamesSelect() {
        Map<String, TornadoGpu> expected = new LinkedHashMap<>();
        expected.put("tornado", CPU);
        expected.put("tornado:0", CPU);
        expected.put("tornado:0:1", OPENCL);
        expected.put("tornado:1", FIRST);
        expected.put("tornado:CUDA", FIRST);
        expected.put("tornado:cuda:1", SECOND);
        expected.put("tornado:opencl:h200", OPENCL);
        expected.put("tornado:cuda:rtx", SECOND);
        expected.forEach((name, gpu) -> assertEquals(gpu, TornadoGpu.select(name, ALL), name));
    }

    @Test
    void whatIsNotThereIsRefused() {
        for (String name : List.of("tornado:2", "tornado:ptx", "tornado:1:2", "tornado:cuda:pthread", "tornado:")) {
            String line = assertThrows(QuipuException.class, () -> TornadoGpu.select(name, ALL))
                    .getMessage();
            assertEquals(
                    "--device: expected one of tornado:0:0, tornado:0:1, tornado:1:0, tornado:1:1, found " + name
                            + "; see ./quipu doctor",
                    line);
        }
        String none = assertThrows(QuipuException.class, () -> TornadoGpu.select("tornado", List.of()))
                .getMessage();
        assertEquals(true, none.startsWith("--device: expected a device that TornadoVM can use, found none; "), none);
    }
}
