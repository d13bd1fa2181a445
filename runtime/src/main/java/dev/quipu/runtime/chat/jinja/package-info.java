/** The part of the template language Jinja that chat templates are written in, with Python's meaning of it. */
package dev.quipu.runtime.chat.jinja;
