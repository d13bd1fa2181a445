package dev.quipu.runtime.chat.jinja;

/** Values that are none. */
enum Nothing {
    /** Python's None. */
    NONE,
    /** A variable, item or attribute that does not exist: empty when printed or walked, false when asked. */
    UNDEFINED
}
