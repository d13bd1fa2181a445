package dev.quipu.runtime.emulator.api;

import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task11;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task12;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task13;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task14;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task15;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.Task16;

/** Tasks of eleven to sixteen arguments. */
abstract class LongTasks extends ShortTasks {
    /** A task of 11 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> TaskGraph task(
            String id,
            Task11<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11) {
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
                        (T10) a[9],
                        (T11) a[10]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7,
                a8,
                a9,
                a10,
                a11);
    }

    /** A task of 12 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> TaskGraph task(
            String id,
            Task12<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11,
            T12 a12) {
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
                        (T10) a[9],
                        (T11) a[10],
                        (T12) a[11]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7,
                a8,
                a9,
                a10,
                a11,
                a12);
    }

    /** A task of 13 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> TaskGraph task(
            String id,
            Task13<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11,
            T12 a12,
            T13 a13) {
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
                        (T10) a[9],
                        (T11) a[10],
                        (T12) a[11],
                        (T13) a[12]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7,
                a8,
                a9,
                a10,
                a11,
                a12,
                a13);
    }

    /** A task of 14 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> TaskGraph task(
            String id,
            Task14<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11,
            T12 a12,
            T13 a13,
            T14 a14) {
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
                        (T10) a[9],
                        (T11) a[10],
                        (T12) a[11],
                        (T13) a[12],
                        (T14) a[13]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7,
                a8,
                a9,
                a10,
                a11,
                a12,
                a13,
                a14);
    }

    /** A task of 15 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> TaskGraph task(
            String id,
            Task15<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11,
            T12 a12,
            T13 a13,
            T14 a14,
            T15 a15) {
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
                        (T10) a[9],
                        (T11) a[10],
                        (T12) a[11],
                        (T13) a[12],
                        (T14) a[13],
                        (T15) a[14]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7,
                a8,
                a9,
                a10,
                a11,
                a12,
                a13,
                a14,
                a15);
    }

    /** A task of 16 arguments. */
    @SuppressWarnings("unchecked")
    public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16> TaskGraph task(
            String id,
            Task16<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11,
            T12 a12,
            T13 a13,
            T14 a14,
            T15 a15,
            T16 a16) {
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
                        (T10) a[9],
                        (T11) a[10],
                        (T12) a[11],
                        (T13) a[12],
                        (T14) a[13],
                        (T15) a[14],
                        (T16) a[15]),
                a1,
                a2,
                a3,
                a4,
                a5,
                a6,
                a7,
                a8,
                a9,
                a10,
                a11,
                a12,
                a13,
                a14,
                a15,
                a16);
    }
}
