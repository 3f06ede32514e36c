package io.spillway.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The folder of keys, tokens and certificates, readable by its owner only. */
final class DataFolder {

    private DataFolder() {}

    /** Makes the folder where it is missing. @throws StartException it cannot be written */
    static Path open(Path dir) throws StartException {
        try {
            Files.createDirectories(dir);
            if (dir.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
            }
            Path probe = Files.createTempFile(dir, "write", ".tmp");
            Files.delete(probe);
            return dir;
        } catch (IOException | UnsupportedOperationException unwritable) {
            throw StartException.configuration(
                    "data.dir is \"" + dir
                            + "\": the folder cannot be made or written; allowed is a folder that can be written; "
                            + "change its owner, or set data.dir (SPILLWAY_DATA_DIR) to another.",
                    unwritable);
        }
    }
}
