package dev.quipu.runtime.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Says in words why a file could not be read or written; the messages of many of Java's exceptions are only the path. */
public final class FileFailure {
    private FileFailure() {}

    /** The reason, without the exception's class, for a line that a user reads. */
    public static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException e -> "no file " + e.getFile();
            case AccessDeniedException e -> "no permission for " + e.getFile();
            case FileAlreadyExistsException e -> e.getFile() + " in the way";
            case NotDirectoryException e -> e.getFile() + " is not a folder";
            case FileSystemException e when e.getReason() != null -> e.getReason() + " at " + e.getFile();
            default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
        };
    }
}
