package io.spillway.server.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.spillway.server.config.ConfigException;
import io.spillway.server.config.ConfigReader;
import io.spillway.server.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A YAML configuration file as settings by dotted path, each with the line it stands on. */
public final class YamlFile {

    private final Path file;
    private final JsonParser parser;
    private final Map<String, Setting> settings = new LinkedHashMap<>();

    private YamlFile(Path file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** The settings of a file. @throws ConfigException file missing, unreadable, or not YAML: with its line */
    public static Map<String, Setting> read(Path file) throws ConfigException {
        try (JsonParser parser = new YAMLFactory().createParser(Files.readString(file))) {
            YamlFile yaml = new YamlFile(file, parser);
            yaml.document();
            return yaml.settings;
        } catch (NoSuchFileException missing) {
            throw new ConfigException(file + ": there is no such file; give an existing one with --config FILE.");
        } catch (JsonProcessingException bad) {
            int line = bad.getLocation() == null ? 0 : bad.getLocation().getLineNr();
            String reason = bad.getOriginalMessage().lines().findFirst().orElse("not YAML");
            throw new ConfigException(
                    file + " line " + line + ": " + reason + "; check the indentation and quotes there.");
        } catch (IOException unreadable) {
            throw new ConfigException(file + ": cannot be read (" + unreadable.getMessage() + ").");
        }
    }

    private void document() throws IOException, ConfigException {
        JsonToken first = parser.nextToken();
        if (first == null || first == JsonToken.VALUE_NULL) {
            return;
        }
        if (first != JsonToken.START_OBJECT) {
            throw new ConfigException(here() + ": the file must be a map of sections, such as \"http:\".");
        }
        section("");
    }

    private void section(String prefix) throws IOException, ConfigException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String path = prefix + parser.currentName();
            String origin = here();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_OBJECT && !ConfigReader.holdsStructure(path)) {
                section(path + ".");
            } else if (token != JsonToken.VALUE_NULL && settings.put(path, new Setting(value(), origin)) != null) {
                throw new ConfigException(origin + ": \"" + path + "\" stands twice; remove one.");
            }
        }
    }

    private Object value() throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value());
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value());
                }
                yield list;
            }
            default -> text(parser.getText());
        };
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private String here() {
        return file.getFileName() + " line " + parser.currentTokenLocation().getLineNr();
    }
}
