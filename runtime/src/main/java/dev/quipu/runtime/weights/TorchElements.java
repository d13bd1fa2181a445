package dev.quipu.runtime.weights;

import java.util.Map;
import java.util.Optional;

/** PyTorch's names of element types: classes of storages, and dtypes. */
final class TorchElements {
    private static final Map<String, ElementType> STORAGES = Map.ofEntries(
            Map.entry("torch.DoubleStorage", ElementType.F64),
            Map.entry("torch.FloatStorage", ElementType.F32),
            Map.entry("torch.HalfStorage", ElementType.F16),
            Map.entry("torch.BFloat16Storage", ElementType.BF16),
            Map.entry("torch.LongStorage", ElementType.I64),
            Map.entry("torch.IntStorage", ElementType.I32),
            Map.entry("torch.ShortStorage", ElementType.I16),
            Map.entry("torch.CharStorage", ElementType.I8),
            Map.entry("torch.ByteStorage", ElementType.U8),
            Map.entry("torch.BoolStorage", ElementType.BOOL),
            Map.entry("torch.storage.UntypedStorage", ElementType.U8),
            Map.entry("torch.UntypedStorage", ElementType.U8));

    private static final Map<String, ElementType> DTYPES = Map.ofEntries(
            Map.entry("torch.float64", ElementType.F64),
            Map.entry("torch.float32", ElementType.F32),
            Map.entry("torch.float16", ElementType.F16),
            Map.entry("torch.bfloat16", ElementType.BF16),
            Map.entry("torch.int64", ElementType.I64),
            Map.entry("torch.int32", ElementType.I32),
            Map.entry("torch.int16", ElementType.I16),
            Map.entry("torch.int8", ElementType.I8),
            Map.entry("torch.uint8", ElementType.U8),
            Map.entry("torch.uint16", ElementType.U16),
            Map.entry("torch.uint32", ElementType.U32),
            Map.entry("torch.uint64", ElementType.U64),
            Map.entry("torch.bool", ElementType.BOOL),
            Map.entry("torch.float8_e5m2", ElementType.F8_E5M2),
            Map.entry("torch.float8_e4m3fn", ElementType.F8_E4M3));

    private TorchElements() {}

    static Optional<ElementType> ofStorage(String name) {
        return Optional.ofNullable(STORAGES.get(name));
    }

    static Optional<ElementType> ofDtype(String name) {
        return Optional.ofNullable(DTYPES.get(name));
    }
}
