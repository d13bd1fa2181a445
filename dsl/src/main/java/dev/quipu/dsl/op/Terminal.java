package dev.quipu.dsl.op;

/** An op without a derivative: sources, state, cache, and the backward kernels themselves. */
public sealed interface Terminal extends Op
        permits AccumulateState,
                AttentionBackward,
                CacheWrite,
                CachedAttention,
                Constant,
                CrossEntropyBackward,
                EmbeddingBackward,
                Input,
                ReadState,
                RopeTable,
                WriteState {}
