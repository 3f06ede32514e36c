package io.spillway.recorder.sql;

import io.spillway.recorder.Notes;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Notes in SQLite or PostgreSQL, over one connection that is made when it is needed, and made anew when it broke. What the two do not both understand is not used.
 */
public final class SqlNotes implements Notes {

    /** What was done to the schema, in order; never changed, only added to. */
    private static final List<List<String>> MIGRATIONS = List.of(List.of(
            "create table recording_note (recording text primary key, title text not null, tags text not null)",
            "create table recording_position (recording text not null, viewer text not null, position_ms bigint not null,"
                    + " seen_at_ms bigint not null, primary key (recording, viewer))",
            "create index recording_position_age on recording_position (recording, seen_at_ms)"));

    /** Viewers are whoever says so: what one recording can be filled with ends here. */
    static final int MAX_POSITIONS = 10_000;

    /** A tag has no control characters. */
    private static final String BETWEEN_TAGS = "\n";

    private static final int WAIT_SECONDS = 5;

    private final String url;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection connection;
    private boolean closed;

    private interface Work<T> {
        T in(Connection database) throws SQLException;
    }

    private SqlNotes(String url) {
        this.url = url;
    }

    /** In a file, which is made where it is missing. */
    public static SqlNotes sqlite(Path file) {
        return new SqlNotes("jdbc:sqlite:" + file + "?journal_mode=WAL&synchronous=NORMAL&busy_timeout=5000");
    }

    /** In PostgreSQL, by a URL of JDBC. It may hold a password, and so is told to nobody. */
    public static SqlNotes postgres(String url) {
        return new SqlNotes(url);
    }

    @Override
    public Map<String, Note> all() throws IOException {
        return with(database -> {
            Map<String, Note> notes = new HashMap<>();
            try (Statement query = database.createStatement();
                    ResultSet rows = query.executeQuery("select recording, title, tags from recording_note")) {
                while (rows.next()) {
                    String tags = rows.getString(3);
                    notes.put(
                            rows.getString(1),
                            new Note(
                                    rows.getString(2),
                                    tags.isEmpty() ? List.of() : List.of(tags.split(BETWEEN_TAGS, -1))));
                }
            }
            return notes;
        });
    }

    @Override
    public void put(String recording, Note note) throws IOException {
        run(
                "insert into recording_note (recording, title, tags) values (?, ?, ?)"
                        + " on conflict (recording) do update set title = excluded.title, tags = excluded.tags",
                recording,
                note.title(),
                String.join(BETWEEN_TAGS, note.tags()));
    }

    @Override
    public void remove(String recording) throws IOException {
        run("delete from recording_note where recording = ?", recording);
        run("delete from recording_position where recording = ?", recording);
    }

    @Override
    public long positionMs(String recording, String viewer) throws IOException {
        return with(database -> {
            try (PreparedStatement query = database.prepareStatement(
                    "select position_ms from recording_position where recording = ? and viewer = ?")) {
                query.setString(1, recording);
                query.setString(2, viewer);
                try (ResultSet row = query.executeQuery()) {
                    return row.next() ? row.getLong(1) : 0L;
                }
            }
        });
    }

    @Override
    public void putPosition(String recording, String viewer, long positionMs, long nowMs) throws IOException {
        run(
                "insert into recording_position (recording, viewer, position_ms, seen_at_ms) values (?, ?, ?, ?)"
                        + " on conflict (recording, viewer) do update set position_ms = excluded.position_ms, seen_at_ms = excluded.seen_at_ms",
                recording,
                viewer,
                positionMs,
                nowMs);
        run(
                "delete from recording_position where recording = ? and viewer in (select viewer from recording_position"
                        + " where recording = ? order by seen_at_ms desc, viewer limit 1000 offset " + MAX_POSITIONS
                        + ")",
                recording,
                recording);
    }

    private void run(String sql, Object... values) throws IOException {
        with(database -> {
            try (PreparedStatement statement = database.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    statement.setObject(i + 1, values[i]);
                }
                return statement.executeUpdate();
            }
        });
    }

    private <T> T with(Work<T> work) throws IOException {
        lock.lock();
        try {
            return work.in(connected());
        } catch (SQLException failed) {
            // A driver's sentence names host and user, never the password.
            throw new IOException("the database of data.database: " + failed.getMessage(), failed);
        } finally {
            lock.unlock();
        }
    }

    private Connection connected() throws SQLException {
        Connection held = connection;
        if (closed) {
            throw new SQLException("it has been closed, as the server ends");
        }
        if (held != null && held.isValid(WAIT_SECONDS)) {
            return held;
        }
        disconnect();
        Properties properties = new Properties();
        if (url.startsWith("jdbc:postgresql:")) {
            properties.setProperty("connectTimeout", Integer.toString(WAIT_SECONDS));
            properties.setProperty("socketTimeout", Integer.toString(WAIT_SECONDS));
            properties.setProperty("ApplicationName", "spillway");
        }
        Connection made = DriverManager.getConnection(url, properties);
        try {
            migrate(made);
        } catch (SQLException refused) {
            made.close();
            throw refused;
        }
        connection = made;
        return made;
    }

    private static void migrate(Connection database) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute("create table if not exists spillway_schema (version integer not null)");
            int version;
            try (ResultSet row = statement.executeQuery("select coalesce(max(version), 0) from spillway_schema")) {
                row.next();
                version = row.getInt(1);
            }
            if (version > MIGRATIONS.size()) {
                throw new SQLException("it is of version " + version + ", and this program knows those up to "
                        + MIGRATIONS.size() + ": use the release of Spillway that made it");
            }
            database.setAutoCommit(false);
            for (int next = version; next < MIGRATIONS.size(); next++) {
                for (String step : MIGRATIONS.get(next)) {
                    statement.execute(step);
                }
                statement.execute("insert into spillway_schema (version) values (" + (next + 1) + ")");
                database.commit();
            }
            database.setAutoCommit(true);
        }
    }

    private void disconnect() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException closedAnyway) {
            // It was broken.
        } finally {
            connection = null;
        }
    }

    /** Waits for what is under way; whoever asks later is refused. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            disconnect();
        } finally {
            lock.unlock();
        }
    }
}
