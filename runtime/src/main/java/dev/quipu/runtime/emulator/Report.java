package dev.quipu.runtime.emulator;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;

/** Words for what work-items do wrong, with the line of the kernel that did it. */
final class Report {
    private Report() {}

    static void outOfBounds(KernelArray array, int index, String verb) {
        String where = index < 0 ? " in front of " : " past the end of ";
        tell(FaultKind.OUT_OF_BOUNDS, array, index, verb + where + array.length() + " elements");
    }

    static void outsideOfBuffers(KernelArray array, int index, String verb) {
        tell(FaultKind.OUT_OF_BOUNDS, array, index, verb + " what belongs to none of the task's buffers");
    }

    static void unwritten(KernelArray array, int index) {
        tell(FaultKind.UNWRITTEN, array, index, "reads what nobody has written");
    }

    static void raceOfGroups(KernelArray array, int index, String words) {
        tell(FaultKind.RACE, array, index, words + " in the same launch");
    }

    static void raceOfGroup(KernelArray array, int index, String words) {
        tell(FaultKind.RACE, array, index, words + " with no barrier between");
    }

    /** Two work-items of a group, the running one and another by its number. */
    static void race(KernelArray array, int index, String verb, int other, String otherVerb) {
        raceOfGroup(array, index, verb + " what work-item " + (other - Actors.interval) + " " + otherVerb);
    }

    private static void tell(FaultKind kind, KernelArray array, int index, String detail) {
        Launch launch = Launch.running();
        if (launch.tiredOfFaults()) {
            return;
        }
        Optional<Origin> origin = Origin.ofCaller();
        Optional<Fault.Element> element = Optional.of(new Fault.Element(name(array, launch, origin), index));
        Faults.report(new Fault(kind, launch.task().name(), origin, launch.workItem(), element, detail));
    }

    /** A fault of the running work-item that is not about memory. */
    static void tell(FaultKind kind, String detail) {
        tell(kind, Origin.ofCaller(), detail);
    }

    /** A fault at a line. */
    static void tell(FaultKind kind, Optional<Origin> origin, String detail) {
        Launch launch = Launch.running();
        if (!launch.tiredOfFaults()) {
            Faults.report(new Fault(kind, launch.task().name(), origin, launch.workItem(), Optional.empty(), detail));
        }
    }

    /** An array of the device is called what the kernel calls it. */
    private static String name(KernelArray array, Launch launch, Optional<Origin> origin) {
        int argument = launch.argument(array);
        if (argument < 0 || origin.isEmpty()) {
            return array.label();
        }
        Class<?> type = origin.get().type();
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(origin.get().method()))
                .filter(method -> method.getParameterCount() > argument)
                .map(method -> parameter(method, argument))
                .findFirst()
                .orElse("argument " + (argument + 1));
    }

    private static String parameter(Method method, int argument) {
        return method.getParameters()[argument].getName();
    }
}
