/** What all readers and writers of files share. */
package dev.quipu.runtime.files;
