/** What all readers and writers of files share: their failures in words, and folders that are replaced as a whole. */
package dev.quipu.runtime.files;
