/** Stages as text for people: graphs folded by repeated blocks, plans as tables. */
package dev.quipu.runtime.view;
