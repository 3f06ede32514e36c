package io.spillway.recorder.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.recorder.Notes;
import io.spillway.recorder.Notes.Note;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same of both databases, each a real one. */
class SqlNotesTest {

    private static final String ID = "live-20261127T093000Z";

    private static PostgresServer postgres;

    @TempDir
    Path folder;

    enum Database {
        SQLITE,
        POSTGRES
    }

    @BeforeAll
    static void startPostgres() throws Exception {
        postgres = PostgresServer.create();
    }

    @AfterAll
    static void stopPostgres() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void empty() throws Exception {
        execute(Database.POSTGRES, "drop schema public cascade", "create schema public");
    }

    private Notes open(Database database) {
        return database == Database.SQLITE
                ? SqlNotes.sqlite(folder.resolve("catalogue.db"))
                : SqlNotes.postgres(postgres.url("a-secret"));
    }

    private void execute(Database database, String... all) throws Exception {
        String url = database == Database.SQLITE
                ? "jdbc:sqlite:" + folder.resolve("catalogue.db")
                : postgres.url("a-secret");
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String sql : all) {
                statement.execute(sql);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepWhatPeopleCallRecordings(Database database) throws IOException {
        Note note = new Note("Père Noël’s \"talk\"; --", List.of("talk", "de l’eau, 2026"));
        try (Notes notes = open(database)) {
            assertEquals(Map.of(), notes.all());
            notes.put(ID, new Note("first", List.of()));
            notes.put(ID, note);
            notes.put("other-20261127T093000Z", new Note("", List.of()));
        }
        try (Notes again = open(database)) {
            assertEquals(Map.of(ID, note, "other-20261127T093000Z", new Note("", List.of())), again.all());
            again.remove(ID);
            assertEquals(1, again.all().size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepWhereEachViewerStopped(Database database) throws IOException {
        try (Notes notes = open(database)) {
            notes.putPosition(ID, "viewer-1", 1_000, 1);
            notes.putPosition(ID, "viewer-2", 2_000, 2);
            notes.putPosition(ID, "viewer-1", 5_000_000_000L, 3);
            assertEquals(5_000_000_000L, notes.positionMs(ID, "viewer-1"));
            assertEquals(2_000, notes.positionMs(ID, "viewer-2"));
            assertEquals(0, notes.positionMs(ID, "viewer-3"));
            assertEquals(0, notes.positionMs("other-20261127T093000Z", "viewer-1"));
            notes.remove(ID);
            assertEquals(0, notes.positionMs(ID, "viewer-1"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldForgetThoseOfVeryManyWhoWereThereLongestAgo(Database database) throws Exception {
        try (Notes notes = open(database)) {
            assertEquals(0, notes.positionMs(ID, "viewer-0"));

            execute(
                    database,
                    "with recursive n(i) as (select 1 union all select i + 1 from n where i < " + SqlNotes.MAX_POSITIONS
                            + ") insert into recording_position (recording, viewer, position_ms, seen_at_ms) select '"
                            + ID
                            + "', 'viewer-' || i, i, i from n");
            notes.putPosition(ID, "viewer-new", 7, SqlNotes.MAX_POSITIONS + 1);
            assertEquals(0, notes.positionMs(ID, "viewer-1"));
            assertEquals(2, notes.positionMs(ID, "viewer-2"));
            assertEquals(7, notes.positionMs(ID, "viewer-new"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveADatabaseOfALaterVersionAlone(Database database) throws Exception {
        try (Notes notes = open(database)) {
            notes.put(ID, new Note("kept", List.of()));
        }
        execute(database, "insert into spillway_schema (version) values (99)");
        try (Notes notes = open(database)) {
            IOException refused = assertThrows(IOException.class, notes::all);
            assertTrue(refused.toString().contains("it is of version 99"), refused.toString());
            assertTrue(refused.toString().contains("use the release of Spillway that made it"));
        }
    }

    @Test
    void shouldLeaveAFileAloneThatIsNoDatabase() throws IOException {
        Path file = folder.resolve("catalogue.db");
        String content = "nothing of ours ".repeat(1_000);
        Files.writeString(file, content);
        try (Notes notes = open(Database.SQLITE)) {
            IOException refused = assertThrows(IOException.class, notes::all);
            assertTrue(refused.toString().contains("file is not a database"), refused.toString());
            assertThrows(IOException.class, () -> notes.put(ID, new Note("lost", List.of())));
        }
        assertEquals(content, Files.readString(file));
    }

    @Test
    void shouldConnectAgainWhenTheDatabaseIsBack() throws Exception {
        try (Notes notes = open(Database.POSTGRES)) {
            notes.put(ID, new Note("before", List.of()));
            postgres.stop();
            try {
                IOException away = assertThrows(IOException.class, notes::all);
                assertTrue(away.toString().contains("the database of data.database: "), away.toString());
            } finally {
                postgres.start();
            }
            assertEquals(Map.of(ID, new Note("before", List.of())), notes.all());
        }
    }

    @Test
    void shouldMakeNoFileOnceItIsClosed() {
        Notes notes = open(Database.SQLITE);
        notes.close();
        IOException refused = assertThrows(IOException.class, notes::all);
        assertTrue(String.valueOf(refused.getMessage()).contains("closed"), refused.toString());
        assertFalse(Files.exists(folder.resolve("catalogue.db")));
    }

    @Test
    void shouldTellNoPassword() throws IOException {
        try (Notes notes = SqlNotes.postgres(postgres.url("not-the-secret"))) {
            IOException refused = assertThrows(IOException.class, notes::all);
            assertTrue(refused.toString().contains("password authentication failed"), refused.toString());
            assertFalse(refused.toString().contains("not-the-secret"), refused.toString());
        }
    }
}
