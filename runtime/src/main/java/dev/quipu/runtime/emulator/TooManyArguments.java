package dev.quipu.runtime.emulator;

/** The shape of a kernel that TornadoVM cannot take, so that a program which has one is told so. */
@FunctionalInterface
public interface TooManyArguments<
        T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19, T20, T21> {
    void apply(
            T1 argument1,
            T2 argument2,
            T3 argument3,
            T4 argument4,
            T5 argument5,
            T6 argument6,
            T7 argument7,
            T8 argument8,
            T9 argument9,
            T10 argument10,
            T11 argument11,
            T12 argument12,
            T13 argument13,
            T14 argument14,
            T15 argument15,
            T16 argument16,
            T17 argument17,
            T18 argument18,
            T19 argument19,
            T20 argument20,
            T21 argument21);
}
