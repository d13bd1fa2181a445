/** Conversations as token ids, through a model's own chat template. */
package dev.quipu.runtime.chat;
