package io.spillway.whipwhep.events;

import io.spillway.media.codec.MediaKind;
import io.spillway.sfu.StreamStatus;
import io.spillway.sfu.StreamStatus.Choice;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The data of a {@code layers} event: {@code {"1":[{"rid":"h","spatialLayerId":0,"temporalLayerId":1,"bitrate":1,"width":1,"height":1}]}}, those
 * that are sent first, the largest of them first; a layer that is not sent has no bitrate. P17.
 *
 * @param json one line. Rids are letters and digits ({@code Grammar.isRid}), so nothing in it needs escaping
 * @param names the same without what moves from second to second
 */
record LayersData(String json, String names) {

    /** @param line the m-line of the viewer's video */
    static LayersData of(int line, StreamStatus status) {
        List<Choice> choices = status.tracks().stream()
                .filter(track -> track.kind() == MediaKind.VIDEO)
                .flatMap(track -> track.choices().reversed().stream())
                .sorted(Comparator.comparing(Choice::active).reversed())
                .toList();
        return new LayersData(object(line, choices, true), object(line, choices, false));
    }

    private static String object(int line, List<Choice> choices, boolean rates) {
        return choices.stream()
                .map(choice -> layer(choice, rates))
                .collect(Collectors.joining(",", "{\"" + line + "\":[", "]}"));
    }

    private static String layer(Choice choice, boolean rates) {
        StringBuilder json = new StringBuilder("{");
        if (!choice.rid().isEmpty()) {
            json.append("\"rid\":\"").append(choice.rid()).append("\",");
        }
        json.append("\"spatialLayerId\":").append(choice.spatialId());
        json.append(",\"temporalLayerId\":").append(choice.temporalId());
        if (choice.active()) {
            json.append(",\"bitrate\":").append(rates ? Math.max(1, choice.bitrateBps()) : 1);
        }
        if (rates && choice.targetBps() > 0) {
            json.append(",\"targetBitrate\":").append(choice.targetBps());
        }
        if (choice.width() > 0 && choice.height() > 0) {
            json.append(",\"width\":").append(choice.width());
            json.append(",\"height\":").append(choice.height());
        }
        return json.append('}').toString();
    }
}
