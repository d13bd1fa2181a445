package dev.quipu.runtime.pickle;

import java.util.List;
import java.util.Optional;

/** The names that a pickle may use, and what calling them makes. Python would import and call whatever a file names. */
public interface PickleGlobals {
    /**
     * The value of a name.
     *
     * @param name with its module, {@code collections.OrderedDict}
     * @return nothing where the name is not known, which ends the reading
     */
    Optional<PickleValue> global(String name);

    /**
     * Calls a function or constructor.
     *
     * @param work bounds what it may make
     * @throws PickleRefusal where it is not known or does not take the arguments
     */
    PickleValue call(PickleValue.Global function, List<PickleValue> arguments, PickleWork work);

    /**
     * A value that lies outside of the pickle.
     *
     * @throws PickleRefusal where there is none with the id
     */
    PickleValue persistent(PickleValue id);
}
