package dev.quipu.runtime.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FileFailureTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new IOException("No space left on device"), "No space left on device"),
                Arguments.of(new EOFException(), "java.io.EOFException"),
                Arguments.of(new NoSuchFileException("a"), "no file a"),
                Arguments.of(new AccessDeniedException("a"), "no permission for a"),
                Arguments.of(new FileAlreadyExistsException("a"), "a in the way"),
                Arguments.of(new NotDirectoryException("a"), "a is not a folder"),
                Arguments.of(new FileSystemException("a", null, "Not a directory"), "Not a directory at a"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void saysWhyInWords(IOException failure, String expected) {
        assertEquals(expected, FileFailure.reason(failure));
    }
}
