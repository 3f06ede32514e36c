package io.spillway.signaling.api;

import io.spillway.sfu.Rejected;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The JSON that a call brings. */
final class JsonBody {

    /** Ten times the largest document that any call takes. */
    static final int MAX_BYTES = 64 * 1024;

    private JsonBody() {}

    /** @throws Rejected 415 when it is of another type, 413 when it is longer than {@link #MAX_BYTES} */
    static byte[] read(Call call) throws Rejected {
        if (!isJson(call.contentType())) {
            throw new Rejected(
                    415, "unsupported-media-type", "The body must be JSON: send Content-Type: application/json.");
        }
        return call.body()
                .read(MAX_BYTES)
                .orElseThrow(() -> new Rejected(
                        413,
                        "content-too-large",
                        "The body is longer than " + MAX_BYTES + " bytes, which no call needs."));
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.strip().toLowerCase(Locale.ROOT).equals("application/json");
    }
}
