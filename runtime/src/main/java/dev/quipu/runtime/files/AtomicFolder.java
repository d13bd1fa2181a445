package dev.quipu.runtime.files;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * Replaces a folder as a whole: whoever looks at it, after a crash at any moment, finds all of the old content or all of the new.
 *
 * <p>No system renames one folder over another, so there are three steps, beside each other in the parent folder: write
 * {@code NAME.writing} and force it to the disk; rename it to {@code NAME.new}, which says that it is complete; rename the old
 * one to {@code NAME.old}, the new one to {@code NAME}, and delete the old. {@link #recover} completes what a crash interrupted.
 */
public final class AtomicFolder {
    private final Path target;
    private final Path writing;
    private final Path complete;
    private final Path old;

    private AtomicFolder(Path path) {
        this.target = path.toAbsolutePath().normalize();
        String name = target.getFileName().toString();
        this.writing = target.resolveSibling(name + ".writing");
        this.complete = target.resolveSibling(name + ".new");
        this.old = target.resolveSibling(name + ".old");
    }

    /** Writes the files of a folder into the empty one that it is given. */
    @FunctionalInterface
    public interface Content {
        void write(Path folder) throws IOException;
    }

    /**
     * Replaces a folder, or makes it.
     *
     * @throws QuipuException if the content cannot be written, as when the disk is full: the old folder is as it was and nothing
     *     of the new one is left
     */
    public static void replace(Path path, Content content) {
        AtomicFolder folder = new AtomicFolder(path);
        try {
            Files.createDirectories(folder.target.getParent());
            folder.rollForward();
            Files.createDirectory(folder.writing);
            content.write(folder.writing);
            force(folder.writing);
        } catch (IOException e) {
            String removed = folder.discard();
            String kept = Files.exists(folder.target) ? "; what was there before is intact" : "";
            throw new QuipuException(
                    path + ": expected to write all files, found " + FileFailure.reason(e)
                            + "; free space or choose another folder" + kept + removed,
                    e);
        } catch (RuntimeException | Error e) {
            folder.discard();
            throw e;
        }
        try {
            rename(folder.writing, folder.complete);
            folder.rollForward();
        } catch (IOException e) {
            throw new QuipuException(
                    path + ": expected to rename " + folder.complete + ", found " + FileFailure.reason(e)
                            + "; rename it by hand",
                    e);
        }
    }

    /**
     * Completes or undoes a replacement that a crash interrupted, and deletes what it left. To be called before a folder is read.
     */
    public static void recover(Path path) {
        try {
            new AtomicFolder(path).rollForward();
        } catch (IOException e) {
            throw new QuipuException(
                    path + ": expected to complete an interrupted write, found " + FileFailure.reason(e), e);
        }
    }

    private void rollForward() throws IOException {
        delete(writing);
        if (Files.exists(complete)) {
            if (Files.exists(target)) {
                delete(old);
                rename(target, old);
            }
            rename(complete, target);
        } else if (Files.exists(old) && !Files.exists(target)) {
            rename(old, target);
        }
        delete(old);
    }

    private String discard() {
        try {
            delete(writing);
            return "";
        } catch (IOException e) {
            return "; " + writing + " is left over and may be deleted";
        }
    }

    private static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        forceFolder(to.getParent());
    }

    private static void force(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> tree = Files.walk(folder)) {
            files = tree.toList();
        }
        for (Path file : files) {
            if (Files.isDirectory(file)) {
                forceFolder(file);
            } else {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
    }

    /** Forces a folder's entries to the disk, where the system allows to open a folder; Windows does not, and needs it not. */
    private static void forceFolder(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
