package dev.quipu.runtime.tornado;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.dsl.QuipuException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A device that TornadoVM found.
 *
 * @param backend number of its backend
 * @param device its number in the backend
 * @param api {@code opencl}, {@code cuda} or {@code ptx}
 * @param name as its driver says
 * @param bytes of its memory
 * @param largest bytes of a single array
 * @param capability first number of the compute capability that NVIDIA gives it; 0 where TornadoVM does not tell
 */
public record TornadoGpu(int backend, int device, String api, String name, long bytes, long largest, int capability) {
    /** The compute capability from which on matrix units multiply bf16. */
    private static final int AMPERE = 8;

    private static final String PROVIDER = "uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider";

    /**
     * All devices, in TornadoVM's order. This starts TornadoVM.
     *
     * @throws QuipuException if TornadoVM cannot start
     */
    public static List<TornadoGpu> all() {
        TornadoStart.prepare();
        List<TornadoGpu> found = new ArrayList<>();
        try {
            Object runtime =
                    Class.forName(PROVIDER).getMethod("getTornadoRuntime").invoke(null);
            int backends = (int) call(runtime, "getNumBackends");
            for (int backend = 0; backend < backends; backend++) {
                Object known = call(runtime, "getBackend", backend);
                int devices = (int) call(known, "getNumDevices");
                for (int device = 0; device < devices; device++) {
                    found.add(of(backend, device, call(known, "getDevice", device)));
                }
            }
        } catch (ReflectiveOperationException | LinkageError e) {
            throw cannotStart(e);
        }
        return found;
    }

    private static TornadoGpu of(int backend, int number, Object device) throws ReflectiveOperationException {
        return new TornadoGpu(
                backend,
                number,
                call(device, "getTornadoVMBackend").toString().toLowerCase(Locale.ROOT),
                ((String) call(device, "getDescription")).strip(),
                (long) call(device, "getMaxGlobalMemory"),
                (long) call(device, "getMaxAllocMemory"),
                capability(call(device, "getPhysicalDevice")));
    }

    /** Only the CUDA backend's devices have one. */
    private static int capability(Object physical) throws ReflectiveOperationException {
        try {
            return (int)
                    physical.getClass().getMethod("getComputeCapabilityMajor").invoke(physical);
        } catch (NoSuchMethodException e) {
            return 0;
        }
    }

    /** Methods are looked up in the API's public types: the classes that implement them are not ours to see. */
    private static Object call(Object target, String name, Object... arguments) throws ReflectiveOperationException {
        for (Class<?> type : new Class<?>[] {
            Class.forName("uk.ac.manchester.tornado.api.TornadoRuntime"),
            Class.forName("uk.ac.manchester.tornado.api.TornadoBackend"),
            Class.forName("uk.ac.manchester.tornado.api.common.TornadoDevice")
        }) {
            if (type.isInstance(target)) {
                Class<?>[] parameters = arguments.length == 0 ? new Class<?>[0] : new Class<?>[] {int.class};
                Method method = type.getMethod(name, parameters);
                return method.invoke(target, arguments);
            }
        }
        throw new AssertionError("no TornadoVM object: " + target);
    }

    private static QuipuException cannotStart(Throwable failure) {
        Throwable cause = failure instanceof InvocationTargetException wrapped ? wrapped.getCause() : failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return QuipuException.of(
                "TornadoVM to start",
                cause.toString().lines().findFirst().orElse(""),
                Sdk.VARIABLE,
                "an SDK starts only where the drivers of all its backends are installed: opencl needs libOpenCL,"
                        + " cuda and ptx need an NVIDIA driver");
    }

    /**
     * The device that a name selects.
     *
     * @param selection {@code tornado}, {@code tornado:BACKEND} or {@code tornado:BACKEND:DEVICE}; numbers, the backend's name,
     *     or a part of the device's name
     * @throws QuipuException if there is none
     */
    static TornadoGpu select(String selection, List<TornadoGpu> all) {
        String[] parts = selection.split(":", 3);
        return all.stream()
                .filter(gpu -> parts.length < 2
                        || parts[1].equals(Integer.toString(gpu.backend))
                        || parts[1].equalsIgnoreCase(gpu.api))
                .filter(gpu -> parts.length < 3
                        || parts[2].equals(Integer.toString(gpu.device))
                        || (!isNumber(parts[2])
                                && gpu.name.toLowerCase(Locale.ROOT).contains(parts[2].toLowerCase(Locale.ROOT))))
                .findFirst()
                .orElseThrow(() -> QuipuException.of(
                        all.isEmpty()
                                ? "a device that TornadoVM can use"
                                : "one of "
                                        + all.stream()
                                                .map(TornadoGpu::selection)
                                                .collect(Collectors.joining(", ")),
                        all.isEmpty() ? "none" : selection,
                        "--device",
                        all.isEmpty()
                                ? "install a GPU's driver, or PoCL (Debian: apt install pocl-opencl-icd)"
                                : "see ./quipu doctor"));
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(Character::isDigit);
    }

    /** Whether it is only described: it has no memory. */
    boolean isVirtual() {
        return bytes < 0;
    }

    /**
     * What kernels may use on it. Of the backends' matrix units only the CUDA C one's multiply bf16, and TornadoVM refuses kernels
     * with them for GPUs that have none.
     */
    GpuTarget target() {
        return api.equals(SdkToolkit.CUDA) && capability >= AMPERE ? GpuTarget.MATRICES : GpuTarget.ANY;
    }

    /** What selects it on the command line. */
    public String selection() {
        return "tornado:" + backend + ":" + device;
    }

    @Override
    public String toString() {
        return selection() + " " + name + " (" + api + ")";
    }
}
