package io.spillway.sfu.sdp;

import java.util.List;

/** A session description as written: session-level attributes and m-lines in order; no meaning drawn yet. RFC 8866. */
record SessionDescription(Attributes attributes, List<MediaDescription> media) {}
