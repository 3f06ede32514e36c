package io.spillway.web;

import java.util.List;

/** A server with two streams on air, one of them not in good health. */
final class Example {

    /** One of each kind, the newest first. */
    static final String RECORDINGS = """
            {"items": [
              {"id": "live-20261127T110000Z", "stream": "live", "title": "live", "tags": [], "startedAt": "2026-11-27T11:00:00Z", "durationMs": 60000, "bytes": 40000000,
               "status": "live", "progress": null, "reason": null, "width": null, "height": null, "chapters": [], "playback": {"hls": null, "mp4": null, "thumbnail": null}},
              {"id": "live-20261127T100000Z", "stream": "live", "title": "live", "tags": [], "startedAt": "2026-11-27T10:00:00Z", "durationMs": null, "bytes": 700000,
               "status": "muxing", "progress": 0.25, "reason": null, "width": null, "height": null, "chapters": [],
               "playback": {"hls": null, "mp4": "/vod/live-20261127T100000Z/video.mp4", "thumbnail": "/vod/live-20261127T100000Z/thumbnail.jpg"}},
              {"id": "live-20261127T093000Z", "stream": "talk", "title": "The talk", "tags": ["one"], "startedAt": "2026-11-27T09:30:00Z", "durationMs": 3723000, "bytes": 1200000000,
               "status": "ready", "progress": null, "reason": null, "width": 1280, "height": 720,
               "chapters": [{"atMs": 0, "startedAt": "2026-11-27T09:30:00Z"}, {"atMs": 65000, "startedAt": "2026-11-27T09:35:00Z"}],
               "playback": {"hls": null, "mp4": "/vod/live-20261127T093000Z/video.mp4", "thumbnail": "/vod/live-20261127T093000Z/thumbnail.jpg"}},
              {"id": "live-20261127T090000Z", "stream": "live", "title": "live", "tags": [], "startedAt": "2026-11-27T09:00:00Z", "durationMs": null, "bytes": 32,
               "status": "failed", "progress": null, "reason": "No movie can be made of it: it has no journal.", "width": null, "height": null, "chapters": [],
               "playback": {"hls": null, "mp4": null, "thumbnail": null}}
            ], "next": null}""";

    private Example() {}

    static void recorded(CannedApi api) {
        api.json("/api/v1/recordings", RECORDINGS);
        api.json("/api/v1/recordings/live-20261127T093000Z/position", "{\"positionMs\": 61000}");
        for (String recording : List.of("live-20261127T093000Z", "live-20261127T100000Z")) {
            api.answer("GET /vod/" + recording + "/thumbnail.jpg", 200, "image/svg+xml", """
                    <svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"><rect width="640" height="360" fill="#204080"/></svg>""");
        }
    }

    static void live(CannedApi api) {
        api.json("/api/v1/streams", """
                {"items": [
                  {"id": "live", "name": "live", "status": "live", "startedAt": "2026-11-20T09:00:00Z", "playback": {"whep": "/whep/live"}},
                  {"id": "studio-2", "name": "studio-2", "status": "live", "startedAt": "2026-11-20T09:05:00Z", "playback": {"whep": "/whep/studio-2"}},
                  {"id": "gone", "name": "gone", "status": "offline", "startedAt": null, "playback": {"whep": "/whep/gone"}}
                ], "next": null}""");
        api.json("/api/v1/streams/live", """
                {"id": "live", "name": "live", "status": "live", "publishKey": "k-2f9c81d07b"}""");
        api.json("/api/v1/streams/live/status", """
                {"id": "live", "status": "live", "viewers": {"webrtc": 12}, "tracks": [
                  {"kind": "video", "codec": "H264", "layers": [
                    {"rid": "h", "width": 1280, "height": 720, "bitrateBps": 2412000, "framesPerSecond": 29.97, "active": true},
                    {"rid": "m", "width": 640, "height": 360, "bitrateBps": 702000, "framesPerSecond": 29.97, "active": true},
                    {"rid": "l", "width": 320, "height": 180, "bitrateBps": 180400, "framesPerSecond": 29.97, "active": false}]},
                  {"kind": "audio", "codec": "Opus", "layers": [{"rid": "", "width": 0, "height": 0, "bitrateBps": 63800, "framesPerSecond": 0, "active": true}]}],
                 "health": {"status": "good", "reasons": []}}""");
        api.json("/api/v1/streams/studio-2/status", """
                {"id": "studio-2", "status": "live", "viewers": {"webrtc": 1}, "tracks": [
                  {"kind": "video", "codec": "VP8", "layers": [
                    {"rid": "", "width": 1920, "height": 1080, "bitrateBps": 4100000, "framesPerSecond": 60, "active": true}]}],
                 "health": {"status": "warning", "reasons": ["Keyframes are 8.3 s apart: set the keyframe interval to 1 s."]}}""");
        for (String stream : List.of("live", "studio-2")) {
            api.answer("GET /hls/" + stream + "/thumbnail.jpg", 200, "image/svg+xml", """
                    <svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"><rect width="640" height="360" fill="#208040"/></svg>""");
        }
        api.json("/api/v1/server", """
                {"version": "0.1.0", "whipUrl": "http://192.168.1.20:8080/whip/live",
                 "addresses": ["192.168.1.20:8189", "[2001:db8::20]:8189"],
                 "warnings": ["No address of the internet is announced: viewers outside of this network cannot connect. Set media.addresses."]}""");
        api.problem("POST /whep/live", 409, "Nobody publishes live at the moment.", "Retry-After", "2");
        api.problem("POST /whip/live", 401, "This stream wants its key.", "WWW-Authenticate", "Bearer");
    }
}
