/** What of a machine Quipu can use. */
package dev.quipu.runtime.doctor;
