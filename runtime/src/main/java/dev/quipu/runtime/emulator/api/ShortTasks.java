package dev.quipu.runtime.emulator.api;

import dev.quipu.runtime.emulator.Task;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task1;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task10;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task2;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task3;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task4;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task5;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task6;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task7;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task8;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task9;

/** Tasks of up to ten arguments; the methods are those of a {@link TaskGraph}. */
abstract class ShortTasks {
    /** Another task. */
    abstract TaskGraph add(String id, Task.Code code, Object... arguments);

    /** A task of 1 argument. */
    @SuppressWarnings("unchecked")
    public <T1> TaskGraph task(String id, Task1<T1> code, T1 a1) {
        return add(id, a -> code.apply((T1) a[0]), a1);
    }

    /** A task of 2 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2> TaskGraph task(String id, Task2<T1, T2> code, T1 a1, T2 a2) {
        return add(id, a -> code.apply((T1) a[0], (T2) a[1]), a1, a2);
    }

    /** A task of 3 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3> TaskGraph task(String id, Task3<T1, T2, T3> code, T1 a1, T2 a2, T3 a3) {
        return add(id, a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2]), a1, a2, a3);
    }

    /** A task of 4 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4> TaskGraph task(String id, Task4<T1, T2, T3, T4> code, T1 a1, T2 a2, T3 a3, T4 a4) {
        return add(id, a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3]), a1, a2, a3, a4);
    }

    /** A task of 5 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5> TaskGraph task(
            String id, Task5<T1, T2, T3, T4, T5> code, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) {
        return add(id, a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4]), a1, a2, a3, a4, a5);
    }

    /** A task of 6 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6> TaskGraph task(
            String id, Task6<T1, T2, T3, T4, T5, T6> code, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) {
        return add(
                id,
                a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4], (T6) a[5]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6);
    }

    /** A task of 7 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6, T7> TaskGraph task(
            String id, Task7<T1, T2, T3, T4, T5, T6, T7> code, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) {
        return add(
                id,
                a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4], (T6) a[5], (T7) a[6]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7);
    }

    /** A task of 8 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6, T7, T8> TaskGraph task(
            String id,
            Task8<T1, T2, T3, T4, T5, T6, T7, T8> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8) {
        return add(
                id,
                a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4], (T6) a[5], (T7) a[6], (T8) a[7]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7,
                a8);
    }

    /** A task of 9 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6, T7, T8, T9> TaskGraph task(
            String id,
            Task9<T1, T2, T3, T4, T5, T6, T7, T8, T9> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9) {
        return add(
                id,
                a -> code.apply(
                        (T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4], (T6) a[5], (T7) a[6], (T8) a[7],
                        (T9) a[8]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7,
                a8,
                a9);
    }

    /** A task of 10 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> TaskGraph task(
            String id,
            Task10<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10) {
        return add(
                id,
                a -> code.apply(
                        (T1) a[0],
                        (T2) a[1],
                        (T3) a[2],
                        (T4) a[3],
                        (T5) a[4],
                        (T6) a[5],
                        (T7) a[6],
                        (T8) a[7],
                        (T9) a[8],
                        (T10) a[9]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7,
                a8,
                a9,
                a10);
    }
}
