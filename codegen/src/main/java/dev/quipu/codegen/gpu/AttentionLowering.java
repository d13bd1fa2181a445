package dev.quipu.codegen.gpu;

import dev.quipu.codegen.gpu.GpuLowering.Lowered;
import dev.quipu.codegen.launch.AttentionLaunch;

/** Attention on GPUs: in tiles of local memory, of which only those are visited in which some query sees some key. */
final class AttentionLowering {
    private AttentionLowering() {}

    static Lowered lower(String name, AttentionLaunch launch, GpuTarget target) {
        return switch (launch.kind()) {
            case FORWARD ->
                target.matrixUnits() && MatrixTiles.suits(launch)
                        ? MatrixAttention.lower(name, launch)
                        : Lowered.of(TiledAttention.kernel(name, launch));
            case BACKWARD -> AttentionGradients.lower(name, launch, target);
            case CACHED ->
                launch.queries() == 1
                        ? DecodeAttention.lower(name, launch)
                        : Lowered.of(TiledAttention.kernel(name, launch));
        };
    }
}
