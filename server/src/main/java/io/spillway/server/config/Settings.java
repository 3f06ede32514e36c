package io.spillway.server.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every value that was set, by dotted path: the file's, overridden by the environment's. Unknown keys never get in. */
final class Settings {

    /** A misspelt key farther than this from every known one is answered without a guess. */
    private static final int NEAREST_MAX_EDITS = 4;

    private final Map<String, Setting> values = new LinkedHashMap<>();

    /** @throws ConfigException for a key that does not exist, naming the nearest that does */
    Settings(Map<String, Setting> file, Map<String, String> environment) throws ConfigException {
        for (Map.Entry<String, Setting> entry : file.entrySet()) {
            if (known(entry.getKey()).isEmpty()) {
                throw unknown(entry.getKey(), entry.getValue().origin());
            }
            values.put(entry.getKey(), entry.getValue());
        }
        for (Key key : Key.ALL) {
            String value = environment.get(key.environmentName());
            if (value != null) {
                values.put(key.path(), new Setting(fromEnvironment(key, value), key.environmentName()));
            }
        }
        for (String name : environment.keySet()) {
            // SPILLWAY_JAVA_OPTS and SPILLWAY_HOME belong to the launcher.
            if (name.startsWith("SPILLWAY_")
                    && !name.equals("SPILLWAY_JAVA_OPTS")
                    && !name.equals("SPILLWAY_HOME")
                    && Key.ALL.stream().noneMatch(key -> key.environmentName().equals(name))) {
                throw unknown(
                        name.substring("SPILLWAY_".length())
                                .toLowerCase(java.util.Locale.ROOT)
                                .replace('_', '.'),
                        name);
            }
        }
    }

    private static Object fromEnvironment(Key key, String value) throws ConfigException {
        return switch (key.type()) {
            case LIST -> listFromEnvironment(value.strip());
            case MAP -> mapFromEnvironment(key, value);
            default -> value;
        };
    }

    /** @param value "a, b" or, as in the file, "[a, b]" */
    private static List<Object> listFromEnvironment(String value) {
        boolean bracketed = value.startsWith("[") && value.endsWith("]");
        String items = bracketed ? value.substring(1, value.length() - 1).strip() : value;
        return items.isEmpty() ? List.of() : List.<Object>of((Object[]) items.split("\\s*,\\s*", -1));
    }

    private static Map<String, Object> mapFromEnvironment(Key key, String value) throws ConfigException {
        Map<String, Object> map = new LinkedHashMap<>();
        for (String pair : value.isBlank() ? new String[0] : value.split("\\s*,\\s*", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new ConfigException(
                        key.environmentName() + ": \"" + pair + "\" is no name=value pair; write it as a=1,b=2.");
            }
            map.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return map;
    }

    static Optional<Key> known(String path) {
        return Key.ALL.stream().filter(key -> key.path().equals(path)).findFirst();
    }

    /** Whether a nested mapping at this path is itself a value. */
    static boolean holdsStructure(String path) {
        return known(path)
                .map(key -> key.type() == Key.Type.MAP || key.type() == Key.Type.LIST)
                .orElse(false);
    }

    Optional<Setting> find(Key key) {
        return Optional.ofNullable(values.get(key.path()));
    }

    private static ConfigException unknown(String path, String origin) {
        Key nearest = Key.ALL.getFirst();
        int best = Integer.MAX_VALUE;
        for (Key key : Key.ALL) {
            int edits = edits(path, key.path());
            if (edits < best) {
                best = edits;
                nearest = key;
            }
        }
        String mend = best <= NEAREST_MAX_EDITS
                ? "did you mean \"" + nearest.path() + "\"?"
                : "every key stands in the example spillway.yaml.";
        return new ConfigException(origin + ": there is no key \"" + path + "\"; " + mend);
    }

    /** Levenshtein distance. */
    static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
