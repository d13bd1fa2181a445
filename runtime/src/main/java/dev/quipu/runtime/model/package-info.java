/** Models by name, class, source file or folder; their weights; folders in Hugging Face's layout. */
package dev.quipu.runtime.model;
