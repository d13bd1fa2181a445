package dev.quipu.runtime.emulator.api.common;

/** The shapes of a task's code: a method of up to twenty arguments that returns nothing; of a library's, what it is to be told. */
public final class TornadoFunctions {
    private TornadoFunctions() {}

    /** A task of a library's, of 1 argument. */
    @FunctionalInterface
    public interface LibraryTask1<T1> {
        LibraryTaskDescriptor apply(T1 argument1);
    }

    /** 1 argument. */
    @FunctionalInterface
    public interface Task1<T1> {
        void apply(T1 argument1);
    }

    /** 2 arguments. */
    @FunctionalInterface
    public interface Task2<T1, T2> {
        void apply(T1 argument1, T2 argument2);
    }

    /** 3 arguments. */
    @FunctionalInterface
    public interface Task3<T1, T2, T3> {
        void apply(T1 argument1, T2 argument2, T3 argument3);
    }

    /** 4 arguments. */
    @FunctionalInterface
    public interface Task4<T1, T2, T3, T4> {
        void apply(T1 argument1, T2 argument2, T3 argument3, T4 argument4);
    }

    /** 5 arguments. */
    @FunctionalInterface
    public interface Task5<T1, T2, T3, T4, T5> {
        void apply(T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5);
    }

    /** 6 arguments. */
    @FunctionalInterface
    public interface Task6<T1, T2, T3, T4, T5, T6> {
        void apply(T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6);
    }

    /** 7 arguments. */
    @FunctionalInterface
    public interface Task7<T1, T2, T3, T4, T5, T6, T7> {
        void apply(T1 argument1, T2 argument2, T3 argument3, T4 argument4, T5 argument5, T6 argument6, T7 argument7);
    }

    /** 8 arguments. */
    @FunctionalInterface
    public interface Task8<T1, T2, T3, T4, T5, T6, T7, T8> {
        void apply(
                T1 argument1,
                T2 argument2,
                T3 argument3,
                T4 argument4,
                T5 argument5,
                T6 argument6,
                T7 argument7,
                T8 argument8);
    }

    /** 9 arguments. */
    @FunctionalInterface
    public interface Task9<T1, T2, T3, T4, T5, T6, T7, T8, T9> {
        void apply(
                T1 argument1,
                T2 argument2,
                T3 argument3,
                T4 argument4,
                T5 argument5,
                T6 argument6,
                T7 argument7,
                T8 argument8,
                T9 argument9);
    }

    /** 10 arguments. */
    @FunctionalInterface
    public interface Task10<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> {
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
                T10 argument10);
    }

    /** 11 arguments. */
    @FunctionalInterface
    public interface Task11<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> {
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
                T11 argument11);
    }

    /** 12 arguments. */
    @FunctionalInterface
    public interface Task12<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> {
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
                T12 argument12);
    }

    /** 13 arguments. */
    @FunctionalInterface
    public interface Task13<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> {
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
                T13 argument13);
    }

    /** 14 arguments. */
    @FunctionalInterface
    public interface Task14<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> {
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
                T14 argument14);
    }

    /** 15 arguments. */
    @FunctionalInterface
    public interface Task15<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> {
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
                T15 argument15);
    }

    /** 16 arguments. */
    @FunctionalInterface
    public interface Task16<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16> {
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
                T16 argument16);
    }

    /** 17 arguments. */
    @FunctionalInterface
    public interface Task17<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17> {
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
                T17 argument17);
    }

    /** 18 arguments. */
    @FunctionalInterface
    public interface Task18<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18> {
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
                T18 argument18);
    }

    /** 19 arguments. */
    @FunctionalInterface
    public interface Task19<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19> {
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
                T19 argument19);
    }

    /** 20 arguments. */
    @FunctionalInterface
    public interface Task20<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19, T20> {
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
                T20 argument20);
    }
}
