package dev.quipu.runtime.device;

import dev.quipu.codegen.launch.LaunchWork;

/**
 * One launch of a program, for people who measure.
 *
 * @param name after layer and op; repeated layers have launches of one name
 * @param kind how it computes, such as {@code product}
 * @param shape of what it walks over: {@code rows x columns x depth} of a product with a {@code T} for each factor that is stored
 *     transposed and an {@code N} for one that is not; {@code batch x heads x queries x keys x size} of attention; else rows and
 *     their width
 * @param work what it must do at least
 */
public record LaunchInfo(String name, String kind, String shape, LaunchWork work) {
    /** The same launch, counted among others of a kind. */
    public LaunchInfo among(String otherKind) {
        return new LaunchInfo(name, otherKind, shape, work);
    }
}
