/** The yardstick: graphs interpreted in plain double precision, and derivatives from values alone. */
package dev.quipu.compiler.reference;
