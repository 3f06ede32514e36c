package io.spillway.recorder;

import io.spillway.recorder.mux.MovieFolder;
import io.spillway.recorder.mux.StoredFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Keeps movies in the folders of their recordings, beside the journals; on the disk where they are made. */
public final class LocalStore implements MediaStore {

    private final Path path;

    /** @param path the folder of all recordings */
    public LocalStore(Path path) {
        this.path = path;
    }

    @Override
    public void put(RecordingId id, MovieFolder made) throws IOException {
        delete(id);
        made.moveTo(Files.createDirectories(folder(id)));
    }

    @Override
    public Optional<StoredFile> find(RecordingId id, String name) throws IOException {
        return Files.exists(card(id)) ? StoredFile.at(folder(id).resolve(name)) : Optional.empty();
    }

    @Override
    public long bytes(RecordingId id) {
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder(id), Files::isRegularFile)) {
            for (Path each : files) {
                bytes += Files.size(each);
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            return bytes;
        }
        return bytes;
    }

    /** The card first: without it the others are found no more. */
    @Override
    public void delete(RecordingId id) throws IOException {
        Files.deleteIfExists(card(id));
        if (!Files.isDirectory(folder(id))) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder(id), Files::isRegularFile)) {
            for (Path each : files) {
                if (MovieFolder.isPlayed(each.getFileName().toString())) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }

    private Path folder(RecordingId id) {
        return path.resolve(id.value());
    }

    private Path card(RecordingId id) {
        return folder(id).resolve(MovieFolder.CARD);
    }
}
